package io.varve.connect.sink;

import io.varve.commit.RecoveryReport;
import io.varve.commit.WriterMetrics;
import io.varve.compact.CompactionMetrics;
import io.varve.dedup.DedupMetrics;
import io.varve.metrics.Latency;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A number that the engine tells of a partition's log, from its opening by the task on.
 *
 * @param metric its name as a metric
 */
record LogMeter(String metric, String description, ToLongFunction<Reading> value) {

  /**
   * What the engine tells of a log at one moment.
   *
   * @param dedup null if message ids don't count
   */
  record Reading(WriterMetrics metrics, RecoveryReport recovery, @Nullable DedupMetrics dedup) {}

  /** All there are. */
  static final List<LogMeter> ALL =
      Stream.of(writing(), latencies(), opening(), compaction(), messageIds())
          .flatMap(Function.identity())
          .toList();

  private static Stream<LogMeter> writing() {
    return Stream.of(
        writer("log-events-total", "Events written to the log", WriterMetrics::events),
        writer(
            "log-bytes-total",
            "Bytes of those events, with their headers, before compression",
            WriterMetrics::eventBytes),
        writer(
            "log-stored-bytes-total",
            "Bytes written to segments, compressed",
            WriterMetrics::storedBytes),
        writer("log-batches-total", "Batches written", WriterMetrics::batches),
        writer(
            "segments-sealed-total",
            "Segments that became full or old",
            WriterMetrics::segmentsSealed),
        writer(
            "segments-retired-total",
            "Segments that retention took away",
            WriterMetrics::segmentsRetired),
        writer("log-syncs-total", "Syncs of the log", WriterMetrics::syncs),
        writer(
            "log-sync-time-ns-total",
            "Nanoseconds that they took together",
            WriterMetrics::syncNanos));
  }

  private static Stream<LogMeter> latencies() {
    return Stream.of(
            latency(
                "append",
                "a batch took from being full, or to be synced, to being written",
                WriterMetrics::appendLatency),
            latency(
                "sync",
                "a sync of the log took; mostly the disk's time",
                WriterMetrics::syncLatency),
            latency(
                "commit",
                "a sync took from being asked for to being done, with the batches before",
                WriterMetrics::commitLatency))
        .flatMap(Function.identity());
  }

  private static Stream<LogMeter> latency(
      String what, String took, Function<WriterMetrics, Latency> latency) {
    String name = "log-" + what + "-time-";
    String description = "Nanoseconds that " + took + ", in the last minute: ";
    return Stream.of(
        writer(
            name + "ns-p50",
            description + "half took at most as many",
            all -> latency.apply(all).p50Nanos()),
        writer(
            name + "ns-p95",
            description + "95 of 100 took at most as many",
            all -> latency.apply(all).p95Nanos()),
        writer(
            name + "ns-p99",
            description + "99 of 100 took at most as many",
            all -> latency.apply(all).p99Nanos()),
        writer(name + "ns-max", description + "the most", all -> latency.apply(all).maxNanos()),
        writer(
            name + "count",
            "How often that was measured, in the last minute",
            all -> latency.apply(all).count()));
  }

  private static Stream<LogMeter> opening() {
    return Stream.of(
        recovery(
            "recovery-time-ns", "Nanoseconds that opening the log took", RecoveryReport::nanos),
        recovery(
            "recovery-verified-bytes",
            "Bytes that opening it checked, since it was not closed before",
            RecoveryReport::verifiedBytes),
        recovery(
            "recovery-cut-bytes",
            "Bytes that opening it cut: written, and never acknowledged",
            RecoveryReport::cutBytes));
  }

  private static Stream<LogMeter> compaction() {
    return Stream.of(
        compaction(
            "compaction-passes-total", "Passes that came to their end", CompactionMetrics::passes),
        compaction(
            "compaction-failures-total",
            "Passes that failed; another is tried later",
            CompactionMetrics::failures),
        compaction(
            "compaction-bytes-read-total",
            "Bytes of segments that were written anew",
            CompactionMetrics::bytesRead),
        compaction(
            "compaction-bytes-written-total",
            "Bytes of segments that took their place",
            CompactionMetrics::bytesWritten),
        compaction(
            "compaction-events-removed-total",
            "Events that were superseded, or tombstones whose time was over",
            CompactionMetrics::eventsRemoved),
        compaction(
            "compaction-dirty-bytes",
            "Bytes of sealed segments that were never compacted",
            CompactionMetrics::dirtyBytes),
        compaction(
            "compaction-dirty-segments",
            "How many segments those are",
            CompactionMetrics::dirtySegments),
        compaction(
            "compaction-last-end-ms",
            "When the last pass ended, milliseconds since the Unix epoch; 0 if there was none",
            all -> all.lastPass().endMs()),
        compaction(
            "compaction-last-time-ns",
            "Nanoseconds that it took, with its waiting for compaction.bytes.per.second",
            all -> all.lastPass().nanos()),
        compaction(
            "compaction-last-bytes-read",
            "Bytes of segments that it wrote anew",
            all -> all.lastPass().bytesRead()),
        compaction(
            "compaction-last-bytes-written",
            "Bytes of segments that took their place",
            all -> all.lastPass().bytesWritten()),
        compaction(
            "compaction-last-events-removed",
            "Events that it left out",
            all -> all.lastPass().eventsRemoved()));
  }

  private static Stream<LogMeter> messageIds() {
    return Stream.of(
        dedup("dedup-ids", "Message ids that are remembered", DedupMetrics::ids),
        dedup(
            "dedup-memory-bytes",
            "Memory that they take: tables, filters, RocksDB's indexes and caches",
            DedupMetrics::memoryBytes),
        dedup("dedup-disk-bytes", "Bytes of files with ids", DedupMetrics::diskBytes),
        dedup("dedup-stored-total", "Events with an id that were stored", DedupMetrics::stored),
        dedup(
            "dedup-duplicates-total",
            "Events that were not, since their id was there",
            DedupMetrics::duplicates),
        dedup(
            "dedup-looks-total", "How often a file was looked into for an id", DedupMetrics::looks),
        dedup(
            "dedup-false-positives-total",
            "How often the id was not in it",
            DedupMetrics::falsePositives),
        dedup(
            "dedup-unfiltered-buckets",
            "Files for which there is no filter in memory: more dedup.memory.bytes would help",
            DedupMetrics::unfiltered),
        dedup(
            "dedup-log-time-ms",
            "By which the age of ids is told: the median of the latest timestamps; -1 with too few",
            DedupMetrics::logTimeMs));
  }

  private static LogMeter writer(
      String metric, String description, ToLongFunction<WriterMetrics> value) {
    return new LogMeter(metric, description, all -> value.applyAsLong(all.metrics()));
  }

  private static LogMeter recovery(
      String metric, String description, ToLongFunction<RecoveryReport> value) {
    return new LogMeter(metric, description, all -> value.applyAsLong(all.recovery()));
  }

  private static LogMeter compaction(
      String metric, String description, ToLongFunction<CompactionMetrics> value) {
    return writer(metric, description, all -> value.applyAsLong(all.compaction()));
  }

  private static LogMeter dedup(
      String metric, String description, ToLongFunction<DedupMetrics> value) {
    return new LogMeter(
        metric,
        description,
        all -> {
          DedupMetrics dedup = all.dedup();
          return dedup == null ? 0 : value.applyAsLong(dedup);
        });
  }
}
