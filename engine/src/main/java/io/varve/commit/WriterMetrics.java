package io.varve.commit;

import io.varve.compact.CompactionMetrics;

/**
 * What a writer has done since it was opened, at one moment.
 *
 * @param events events written
 * @param eventBytes their bytes before compression
 * @param storedBytes bytes written to segments
 * @param batches batches written
 * @param commits commits that made something new durable
 * @param commitNanos how long they took together, nanoseconds
 * @param commitNanosMax how long the longest took, nanoseconds
 * @param segmentsSealed segments that became full or old
 * @param segmentsRetired segments that retention took away
 * @param pendingEvents upper bound of the events that are appended and not durable yet
 * @param compaction what compaction has done
 */
public record WriterMetrics(
    long events,
    long eventBytes,
    long storedBytes,
    long batches,
    long commits,
    long commitNanos,
    long commitNanosMax,
    long segmentsSealed,
    long segmentsRetired,
    long pendingEvents,
    CompactionMetrics compaction) {}
