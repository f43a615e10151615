/**
 * Checks a store and looks into its files, while it is written and read or not.
 *
 * <p>Owns nothing on disk.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>nothing is changed but for a lease on the log that is being checked, so that nothing is
 *       deleted from under the check;
 *   <li>damage is reported, never thrown, and the check goes on behind it as far as the files tell
 *       where to;
 *   <li>a file that no manifest names is no problem: it does not exist.
 * </ol>
 *
 * <p>Knows nothing of the writer.
 *
 * <p>Thread: everything here is confined to one.
 */
@NullMarked
package io.varve.verify;

import org.jspecify.annotations.NullMarked;
