/**
 * What to do about damage: find out what of a log can still be read, tell what would be lost, and,
 * when told to, go on without it.
 *
 * <p>On disk it fills, in a log's folder, {@code damaged/}: a copy of each damaged file and a
 * record of what was lost with it.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>planning changes nothing; only what was planned is done, and only if the log is still as it
 *       was then;
 *   <li>a log is repaired under an epoch of its own, and only if nobody living owns it;
 *   <li>damaged files are not changed. Each is copied to {@code damaged/} and its loss recorded
 *       there before a manifest ceases to name it as part of the log; it is retired then, so that
 *       it is deleted like any other that neither a reader nor a snapshot needs;
 *   <li>the manifest that names the new segments comes last. A repair that died before has not been
 *       done, and what it wrote beside {@code damaged/} is deleted by the log's next owner.
 * </ol>
 */
@NullMarked
package io.varve.repair;

import org.jspecify.annotations.NullMarked;
