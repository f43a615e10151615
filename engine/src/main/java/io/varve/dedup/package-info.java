/**
 * Which message ids a log has seen lately: {@link io.varve.dedup.DedupWindow}. Ids of the latest
 * stretch of the log are in a table in memory ({@link io.varve.dedup.IdTable}); those of older
 * stretches are in buckets ({@link io.varve.dedup.SavedBuckets}), each a sorted file in a column
 * family of RocksDB behind a filter in memory ({@link io.varve.base.BloomFilter}), and go as a
 * whole when all of them are too old.
 *
 * <p>On disk it owns, in a log's folder, {@code dedup/}, and in it a folder for a RocksDB. All of
 * that can be made anew from the log.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>an id gets into the window only by an event that the log has taken, and into a bucket on
 *       disk only when all events that the bucket covers are durable. So no id is in the window
 *       after a crash whose event is not in the log. For the same reason a bucket is dropped only
 *       when the events that made it too old are durable;
 *   <li>buckets cover the log without a gap, and say up to which offset. What was stored behind it
 *       is read from the log when the window is opened. So no id is missing whose event is there;
 *   <li>what the window answers depends on the log's events alone: on their ids, their timestamps
 *       and their order, not on any clock;
 *   <li>ids are known by 128 bits of a hash that depends on the store's id: see {@link
 *       io.varve.event.KeyHash}.
 * </ol>
 *
 * <p>Thread: a window is confined to its log's writer; buckets are saved and dropped on a strand.
 */
@NullMarked
package io.varve.dedup;

import org.jspecify.annotations.NullMarked;
