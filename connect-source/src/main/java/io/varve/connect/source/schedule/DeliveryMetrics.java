package io.varve.connect.source.schedule;

import io.varve.SchedulerMetrics;
import io.varve.event.StreamPartition;
import io.varve.metrics.Latency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceTaskContext;

/**
 * Shows what a task delivers as metrics of the worker ({@code kafka.connect:type=plugins,...},
 * KIP-877). The worker takes them away when the task ends.
 */
public final class DeliveryMetrics {

  private DeliveryMetrics() {}

  /** Registers the metrics; false if the worker is older than Kafka 4.1 and has none. */
  static boolean register(SourceTaskContext context, List<Delivered> logs) {
    try {
      PluginMetrics metrics = context.pluginMetrics();
      if (metrics == null) {
        return false;
      }
      register(metrics, logs);
      return true;
    } catch (NoSuchMethodError | NoClassDefFoundError e) {
      return false;
    }
  }

  static void register(PluginMetrics metrics, List<Delivered> logs) {
    total(
        metrics,
        logs,
        "events-total",
        "Events delivered since the task started",
        Delivered::events);
    total(metrics, logs, "bytes-total", "Bytes of their keys and values", Delivered::bytes);
    total(
        metrics,
        logs,
        "pending",
        "Delayed events that are not due yet",
        log -> scheduler(log, SchedulerMetrics::pending));
    total(
        metrics,
        logs,
        "lag-offsets",
        "Events that are due and that the worker has not been given",
        Delivered::lag);
    for (Delivered log : logs) {
      ofScheduler(metrics, log);
      ofDelivery(metrics, log);
    }
  }

  private static void ofScheduler(PluginMetrics metrics, Delivered log) {
    add(metrics, log, "pending", "Delayed events that are not due yet", SchedulerMetrics::pending);
    add(
        metrics,
        log,
        "taken-total",
        "Delayed events taken in since the task started",
        SchedulerMetrics::taken);
    add(
        metrics,
        log,
        "released-total",
        "Of those and older ones, released",
        SchedulerMetrics::released);
    add(
        metrics,
        log,
        "overdue-total",
        "Released of those that had been due before the task started",
        SchedulerMetrics::overdue);
    add(
        metrics,
        log,
        "dropped-total",
        "Overdue and not released, as the setting overdue says",
        SchedulerMetrics::dropped);
    add(
        metrics,
        log,
        "cancelled-total",
        "Cancelled, or replaced by others with the same id",
        SchedulerMetrics::cancelled);
    add(
        metrics,
        log,
        "missing-total",
        "Due, and not in the store any more: retention or compaction took them",
        SchedulerMetrics::missing);
    add(
        metrics,
        log,
        "rearmed-total",
        "Times that a repeating event was given its next time",
        SchedulerMetrics::rearmed);
    add(
        metrics,
        log,
        "bad-crons-total",
        "Events whose cron expression is bad, so that they are released once only",
        SchedulerMetrics::badCrons);
    add(
        metrics,
        log,
        "not-taken-in-offsets",
        "Offsets of the log that the scheduler has not looked at",
        scheduler -> Math.max(0, scheduler.endOffset() - scheduler.nextOffset()));
    add(
        metrics,
        log,
        "clock-jumps-total",
        "How often the machine's clock jumped by more than half a second",
        SchedulerMetrics::clockJumps);
    add(
        metrics,
        log,
        "clock-jump-ms-last",
        "By how much it did so last; negative if it went back",
        SchedulerMetrics::lastClockJumpMs);
    add(
        metrics,
        log,
        "held",
        "1 while an event waits for a clock that went back, else 0",
        scheduler -> scheduler.waitingForClock() ? 1 : 0);
    add(metrics, log, "memory-bytes", "Memory for what is due next", SchedulerMetrics::memoryBytes);
  }

  private static void ofDelivery(PluginMetrics metrics, Delivered log) {
    delivery(
        metrics,
        log,
        "position",
        "The first offset of the ready log that the worker has not been given",
        Delivered::position);
    delivery(
        metrics,
        log,
        "lag-offsets",
        "Events that are due and that the worker has not been given",
        Delivered::lag);
    delivery(
        metrics,
        log,
        "uncommitted-offsets",
        "Events that the worker was given and Kafka has not confirmed",
        Delivered::uncommitted);
    lateness(
        metrics,
        log,
        "p50",
        "Milliseconds by which half of the events of the last minute were late when the worker was given"
            + " them, at most",
        Latency::p50Nanos);
    lateness(metrics, log, "p99", "The same of 99 in 100", Latency::p99Nanos);
    lateness(metrics, log, "max", "The same of all", Latency::maxNanos);
  }

  private static long scheduler(Delivered log, ToLongFunction<SchedulerMetrics> value) {
    SchedulerMetrics now = log.scheduler();
    return now == null ? 0 : value.applyAsLong(now);
  }

  private static void lateness(
      PluginMetrics metrics,
      Delivered log,
      String which,
      String description,
      ToLongFunction<Latency> nanos) {
    delivery(
        metrics,
        log,
        "lateness-ms-" + which,
        description,
        each -> TimeUnit.NANOSECONDS.toMillis(nanos.applyAsLong(each.lateness())));
  }

  private static void total(
      PluginMetrics metrics,
      List<Delivered> logs,
      String name,
      String description,
      ToLongFunction<Delivered> value) {
    Gauge<Long> gauge = (config, now) -> logs.stream().mapToLong(value).sum();
    metrics.addMetric(metrics.metricName(name, description, new LinkedHashMap<>()), gauge);
  }

  private static void add(
      PluginMetrics metrics,
      Delivered log,
      String name,
      String description,
      ToLongFunction<SchedulerMetrics> value) {
    delivery(metrics, log, name, description, each -> scheduler(each, value));
  }

  private static void delivery(
      PluginMetrics metrics,
      Delivered log,
      String name,
      String description,
      ToLongFunction<Delivered> value) {
    StreamPartition of = log.log();
    LinkedHashMap<String, String> tags = new LinkedHashMap<>();
    tags.put("stream", of.stream());
    tags.put("generation", Integer.toString(of.generation()));
    tags.put("partition", Integer.toString(of.partition()));
    Gauge<Long> gauge = (config, now) -> value.applyAsLong(log);
    metrics.addMetric(metrics.metricName(name, description, tags), gauge);
  }
}
