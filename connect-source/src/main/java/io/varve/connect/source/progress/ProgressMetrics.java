package io.varve.connect.source.progress;

import io.varve.connect.source.progress.Progress.Snapshot;
import java.util.LinkedHashMap;
import java.util.function.Function;
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
  public static boolean register(SourceTaskContext context, Progress progress) {
    try {
      PluginMetrics metrics = context.pluginMetrics();
      if (metrics == null) {
        return false;
      }
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
          "offsets-done",
          "Offsets of the range that are behind",
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
      return true;
    } catch (NoSuchMethodError | NoClassDefFoundError e) {
      return false;
    }
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
}
