/**
 * The live set of files, and the one that deletes files.
 *
 * <p>On disk it owns, in a log's folder, {@code manifest/}, {@code readers/}, {@code snapshots/},
 * {@code damaged/} and the right to delete.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>a manifest is committed by giving it the number after the one it follows; a number is given
 *       once, so of two writers one wins and the other learns of it;
 *   <li>a manifest is deleted only when one with a higher number is durable. So there always is a
 *       newest, and a writer that finds a higher number than its own, after whatever it did, has
 *       been superseded and must not believe that it did it;
 *   <li>only the log's owner deletes, and only files that its newest manifest does not name, or
 *       names as retired and neither a living reader nor a snapshot needs;
 *   <li>a reader states what it needs before it reads a manifest, and an owner asks for it after it
 *       has committed one: so each file is either in the manifest that the reader sees or seen by
 *       the owner to be needed;
 *   <li>a snapshot is kept under a lease that was there before the snapshot's manifest was read and
 *       goes when the snapshot is durable, and an owner looks at the leases first and at the
 *       snapshots second. So a file that a snapshot names stays: if the owner saw the lease, by the
 *       lease; if the lease was gone by then, the owner sees the snapshot; if it was not there yet,
 *       the snapshot's manifest is one that the owner had committed before, and names as live only
 *       what the owner does not delete.
 * </ol>
 *
 * <p>Knows nothing of policy: what to retire is decided elsewhere.
 */
@NullMarked
package io.varve.manifest;

import org.jspecify.annotations.NullMarked;
