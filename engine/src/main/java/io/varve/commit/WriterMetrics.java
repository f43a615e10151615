package io.varve.commit;

import io.varve.compact.CompactionMetrics;
import io.varve.metrics.Latency;

/**
 * What a writer has done since it was opened, at one moment. What opening it took is in its {@link
 * RecoveryReport}.
 *
 * @param events events written
 * @param eventBytes their bytes before compression
 * @param storedBytes bytes written to segments
 * @param batches batches written
 * @param syncs how often something new was made durable and published
 * @param syncNanos how long that took together, nanoseconds
 * @param syncNanosMax how long the longest took, nanoseconds
 * @param segmentsSealed segments that became full or old
 * @param segmentsRetired segments that retention took away
 * @param pendingEvents upper bound of the events that are appended and not durable yet
 * @param appendLatency lately, from a batch's being handed to the background (it is full, or a
 *     commit covers it) to its being written: waiting, compressing, writing, and beginning a
 *     segment where the last one is full. Not the time in which the caller fills it
 * @param syncLatency lately, one sync: forcing the segment and its mark, checking the epoch,
 *     publishing. Mostly the disk's time
 * @param commitLatency lately, what a caller waits for: from its asking for a commit to the answer,
 *     with the batches before and a sync under way
 * @param compaction what compaction has done, and what it has still to do
 */
public record WriterMetrics(
    long events,
    long eventBytes,
    long storedBytes,
    long batches,
    long syncs,
    long syncNanos,
    long syncNanosMax,
    long segmentsSealed,
    long segmentsRetired,
    long pendingEvents,
    Latency appendLatency,
    Latency syncLatency,
    Latency commitLatency,
    CompactionMetrics compaction) {}
