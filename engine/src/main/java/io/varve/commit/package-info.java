/**
 * The write path. {@link io.varve.commit.Committer} is the file to read first; {@link
 * io.varve.commit.Takeover} is how a writer comes to own a log.
 *
 * <p>On disk it owns {@code commit-<epoch>}: how far that epoch's open segment is committed.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>a durable mark never covers a byte that was not forced before;
 *   <li>nothing is acknowledged, or shown to readers, before a durable mark or a manifest covers it
 *       and the writer has seen, after that, that no newer epoch exists;
 *   <li>a writer takes a log over by committing a manifest with the next epoch, and only then reads
 *       how far the old epoch is marked. So either the old writer's mark is read, or the old writer
 *       sees the new epoch; an event is never both acknowledged and lost. No lock is held anywhere:
 *       a writer that is stuck holds nobody up;
 *   <li>the first failure of any write or sync is the last thing that a writer does.
 * </ol>
 */
@NullMarked
package io.varve.commit;

import org.jspecify.annotations.NullMarked;
