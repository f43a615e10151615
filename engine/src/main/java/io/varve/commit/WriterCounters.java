package io.varve.commit;

import io.varve.compact.CompactionMetrics;

/**
 * Counts a writer's work. Thread: safe, guarded by itself; asked once a batch, not once an event.
 */
final class WriterCounters {

  private long events;
  private long eventBytes;
  private long storedBytes;
  private long batches;
  private long commits;
  private long commitNanos;
  private long commitNanosMax;
  private long segmentsSealed;
  private long segmentsRetired;

  synchronized void written(int batchEvents, long bytes, long stored) {
    events += batchEvents;
    eventBytes += bytes;
    storedBytes += stored;
    batches++;
  }

  synchronized void committed(long nanos) {
    commits++;
    commitNanos += nanos;
    commitNanosMax = Math.max(commitNanosMax, nanos);
  }

  synchronized void sealed() {
    segmentsSealed++;
  }

  synchronized void retired(int segments) {
    segmentsRetired += segments;
  }

  synchronized WriterMetrics snapshot(
      long nextOffset, long durableOffset, CompactionMetrics compaction) {
    return new WriterMetrics(
        events,
        eventBytes,
        storedBytes,
        batches,
        commits,
        commitNanos,
        commitNanosMax,
        segmentsSealed,
        segmentsRetired,
        Math.max(0, nextOffset - durableOffset),
        compaction);
  }
}
