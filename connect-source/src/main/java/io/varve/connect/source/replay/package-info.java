/**
 * The replay itself: from logs to batches of records, in order and at the pace that was asked for.
 *
 * <pre>
 *   Poller            one poll: fills a batch, waits at most half a second, ends transactions
 *     ReplayOrder     which partition comes next: RoundRobinOrder or PacedOrder
 *       PartitionLine one partition, its generations one after another
 *         LogReplay   one log: a reader, and records made of its events
 * </pre>
 *
 * <ol>
 *   <li>Each partition's events are given in the order of their offsets, none twice, none left out.
 *   <li>A record's source offset is the offset after its own, so that a replay which is resumed
 *       from it goes on with the next event.
 *   <li>A poll never waits for longer than {@link
 *       io.varve.connect.source.replay.Poller#WAIT_MS_MAX}.
 *   <li>Events that come before damage are given before the error is.
 *   <li>Between two polls no transaction is open.
 * </ol>
 *
 * Threads: everything is confined to the task's.
 */
@NullMarked
package io.varve.connect.source.replay;

import org.jspecify.annotations.NullMarked;
