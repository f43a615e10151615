package io.varve.connect.sink;

import io.varve.compact.CompactionMetrics;
import java.util.function.ToLongFunction;

/** What a partition's compaction tells, from the log's opening by the task on. */
enum CompactionMeter {
  PASSES("compaction-passes-total", "Passes that came to their end", CompactionMetrics::passes),
  FAILURES(
      "compaction-failures-total",
      "Passes that failed; another is tried later",
      CompactionMetrics::failures),
  BYTES_READ(
      "compaction-bytes-read-total",
      "Bytes of segments that were written anew",
      CompactionMetrics::bytesRead),
  BYTES_WRITTEN(
      "compaction-bytes-written-total",
      "Bytes of segments that took their place",
      CompactionMetrics::bytesWritten),
  EVENTS_REMOVED(
      "compaction-events-removed-total",
      "Events that were superseded, or tombstones whose time was over",
      CompactionMetrics::eventsRemoved),
  DIRTY_BYTES(
      "compaction-dirty-bytes",
      "Bytes of sealed segments that were never compacted",
      CompactionMetrics::dirtyBytes);

  private final String metric;
  private final String description;
  private final ToLongFunction<CompactionMetrics> count;

  CompactionMeter(String metric, String description, ToLongFunction<CompactionMetrics> count) {
    this.metric = metric;
    this.description = description;
    this.count = count;
  }

  /** Its name as a metric. */
  String metric() {
    return metric;
  }

  String description() {
    return description;
  }

  long valueOf(CompactionMetrics metrics) {
    return count.applyAsLong(metrics);
  }
}
