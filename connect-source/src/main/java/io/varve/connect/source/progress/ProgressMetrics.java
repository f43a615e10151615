package io.varve.connect.source.progress;

import io.varve.connect.source.progress.Progress.Snapshot;
import io.varve.event.StreamPartition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceTaskContext;

/**
 * Shows a task's progress as metrics of the worker ({@code kafka.connect:type=plugins,...},
 * KIP-877). The worker takes them away when the task ends.
 */
public final class ProgressMetrics {

  private ProgressMetrics() {}

  /** Registers the metrics; false if the worker is older than Kafka 4.1 and has none. */
  public static boolean register(
      SourceTaskContext context, Progress progress, Map<StreamPartition, LogProgress> logs) {
    try {
      PluginMetrics metrics = context.pluginMetrics();
      if (metrics == null) {
        return false;
      }
      register(metrics, progress, logs);
      return true;
    } catch (NoSuchMethodError | NoClassDefFoundError e) {
      return false;
    }
  }

  /** Registers the metrics. */
  public static void register(
      PluginMetrics metrics, Progress progress, Map<StreamPartition, LogProgress> logs) {
    register(metrics, progress);
    logs.forEach((log, itsProgress) -> register(metrics, log, itsProgress));
  }

  private static void register(PluginMetrics metrics, Progress progress) {
    add(
        metrics,
        progress,
        "events-total",
        "Events replayed since the task started",
        Snapshot::events);
    add(metrics, progress, "bytes-total", "Bytes of their keys and values", Snapshot::bytes);
    add(
        metrics,
        progress,
        "events-read-total",
        "Events that it has read for these; with a filter also those that it does not want",
        Snapshot::eventsRead);
    add(
        metrics,
        progress,
        "events-passed-total",
        "Events read that the filter does not want; what an index passes by is not read",
        Snapshot::eventsPassed);
    add(
        metrics,
        progress,
        "offsets-done",
        "Offsets of the range that are behind, also before a restart",
        Snapshot::offsetsDone);
    add(metrics, progress, "offsets-total", "Offsets in the range", Snapshot::offsetsTotal);
    add(metrics, progress, "done-ratio", "The part that is done, from 0 to 1", Snapshot::ratio);
    add(metrics, progress, "events-rate", "Events a second, lately", Snapshot::eventsPerSecond);
    add(metrics, progress, "bytes-rate", "Bytes a second, lately", Snapshot::bytesPerSecond);
    add(
        metrics,
        progress,
        "remaining-ms",
        "Estimated milliseconds to the end; -1 if not known",
        Snapshot::remainingMs);
  }

  private static void register(PluginMetrics metrics, StreamPartition log, LogProgress progress) {
    add(
        metrics,
        log,
        progress,
        "position",
        "The first offset not yet replayed",
        LogProgress::position);
    add(
        metrics,
        log,
        progress,
        "end-offset",
        "Where the replay ends; in a tail, where the log ends by now",
        LogProgress::end);
    add(metrics, log, progress, "lag-offsets", "Offsets between the two", LogProgress::lag);
  }

  private static <T> void add(
      PluginMetrics metrics,
      Progress progress,
      String name,
      String description,
      Function<Snapshot, T> value) {
    Gauge<T> gauge = (config, now) -> value.apply(progress.snapshot());
    metrics.addMetric(metrics.metricName(name, description, new LinkedHashMap<>()), gauge);
  }

  private static void add(
      PluginMetrics metrics,
      StreamPartition log,
      LogProgress progress,
      String name,
      String description,
      ToLongFunction<LogProgress> value) {
    LinkedHashMap<String, String> tags = new LinkedHashMap<>();
    tags.put("stream", log.stream());
    tags.put("generation", Integer.toString(log.generation()));
    tags.put("partition", Integer.toString(log.partition()));
    Gauge<Long> gauge = (config, now) -> value.applyAsLong(progress);
    metrics.addMetric(metrics.metricName(name, description, tags), gauge);
  }
}
