package io.varve.commit;

import io.varve.base.Clock;
import io.varve.compact.CompactionMetrics;
import io.varve.metrics.LatencyRecorder;

/**
 * Counts a writer's work. Thread: safe, guarded by itself; asked once a batch, not once an event.
 */
final class WriterCounters {

  private final LatencyRecorder appends;
  private final LatencyRecorder syncs;
  private final LatencyRecorder commits;

  private long events;
  private long eventBytes;
  private long storedBytes;
  private long batches;
  private long syncCount;
  private long syncNanos;
  private long syncNanosMax;
  private long segmentsSealed;
  private long segmentsRetired;

  WriterCounters(Clock clock) {
    this.appends = new LatencyRecorder(clock);
    this.syncs = new LatencyRecorder(clock);
    this.commits = new LatencyRecorder(clock);
  }

  synchronized void written(int batchEvents, long bytes, long stored) {
    events += batchEvents;
    eventBytes += bytes;
    storedBytes += stored;
    batches++;
  }

  /** A batch that was handed over then has been written now. */
  void appended(long handedOverNanos) {
    appends.recordSince(handedOverNanos);
  }

  /** What was written has been made durable and published, from then until now. */
  void synced(long startNanos) {
    long nanos = syncs.recordSince(startNanos);
    synchronized (this) {
      syncCount++;
      syncNanos += nanos;
      syncNanosMax = Math.max(syncNanosMax, nanos);
    }
  }

  /** A commit that was asked for then is done now. */
  void committed(long askedNanos) {
    commits.recordSince(askedNanos);
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
        syncCount,
        syncNanos,
        syncNanosMax,
        segmentsSealed,
        segmentsRetired,
        Math.max(0, nextOffset - durableOffset),
        appends.latency(),
        syncs.latency(),
        commits.latency(),
        compaction);
  }
}
