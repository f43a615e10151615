/**
 * Consumer groups in a store: the offsets that they committed, who their members are, and which
 * partitions each of them reads.
 *
 * <p>On disk it owns {@code groups/<group>}: numbered files, each the whole state of the group, of
 * which the newest counts, and {@code heartbeats} with a small file a member.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A state follows the one that it was made of: its file is made under the next number, and of
 *       two that are made of the same one only one gets that number. Whoever loses reads anew.
 *   <li>Offsets, members and generation are in one file, so that who commits is checked in the same
 *       step that commits.
 *   <li>A partition is read by one member: a new generation is made when every member that lives
 *       has given up what it had.
 *   <li>What was committed stays until a newer commit of the same partition.
 * </ol>
 *
 * <p>Threads: {@link io.varve.replay.group.GroupFolder} is safe, and so are the files, for any
 * number of processes; all else is the consumer's, but for {@link
 * io.varve.replay.group.Heartbeats}.
 */
@NullMarked
package io.varve.replay.group;

import org.jspecify.annotations.NullMarked;
