/**
 * Copies of a store in another folder, and the way back.
 *
 * <p>On disk it owns a backup repository ({@code docs/FORMAT.md}); of a store it only reads.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>a point is published when every file that it names is durable, and is never changed. A
 *       backup that ended early has no point;
 *   <li>a file in a repository is written once under a name that no one else uses, forced, and only
 *       then given its own name, which holds its length and checksum. So what has such a name is
 *       whole, and a backup that goes on where another was killed may take it;
 *   <li>a store's segments are compared within the copies of that store only, by name, length,
 *       first and last bytes. A restored store has an id of its own: from then on it is another
 *       store, though it gives its files names that the first one gives too;
 *   <li>what is deleted is no longer named by a point, and the deletion of the points that named it
 *       is durable before;
 *   <li>a restored store gets its {@code STORE} marker last, when all of it is verified and
 *       durable. A folder without one is not a store;
 *   <li>one backup or expiry at a time works on a repository, which a lock sees to. Verifying and
 *       restoring need no lock and write nothing to it.
 * </ol>
 *
 * <p>Knows nothing of the writer: what it reads is kept by a lease, as for any reader.
 */
@NullMarked
package io.varve.backup;

import org.jspecify.annotations.NullMarked;
