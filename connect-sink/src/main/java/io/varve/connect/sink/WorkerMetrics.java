package io.varve.connect.sink;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task's meters among the worker's metrics, where the worker takes them: from Kafka 4.1 on, by
 * KIP-877. Elsewhere every call does nothing.
 *
 * <p>Thread: confined to the task's; the worker reads the meters from its own.
 */
final class WorkerMetrics {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerMetrics.class);

  private final @Nullable PluginMetrics worker;
  private final Map<TopicPartition, List<MetricName>> ofPartitions = new HashMap<>();

  WorkerMetrics(@Nullable PluginMetrics worker) {
    this.worker = worker;
  }

  static WorkerMetrics of(SinkTaskContext context) {
    try {
      return new WorkerMetrics(context.pluginMetrics());
    } catch (NoSuchMethodError | NoClassDefFoundError | UnsupportedOperationException e) {
      // Workers before 4.1 have neither the method nor the class; a context may have no metrics.
      LOG.info("This worker takes no metrics of plugins; Kafka 4.1 and later do");
      return new WorkerMetrics(null);
    }
  }

  /** Shows what the task counts. */
  void show(SinkMeters meters) {
    for (Meter meter : Meter.values()) {
      add(meter.metric(), meter.description(), Map.of(), () -> meters.total(meter));
    }
    add(
        "commit-time-ns-max",
        "Nanoseconds that the longest of them took",
        Map.of(),
        meters::commitNanosMax);
  }

  /** Shows where a partition stands, until {@link #hide}. */
  void show(TopicPartition source, PartitionMeters meters) {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put("topic", source.topic());
    tags.put("partition", Integer.toString(source.partition()));
    List<MetricName> names = new ArrayList<>();
    names.add(add("next-offset", "The next event's lowest offset", tags, meters::position));
    names.add(
        add(
            "durable-offset",
            "Every event with a lower offset is durable",
            tags,
            meters::durableOffset));
    names.add(add("unsynced-offsets", "Offsets taken and not durable yet", tags, meters::unsynced));
    names.add(
        add("generation", "The stream's generation that is written", tags, meters::generation));
    for (LogMeter meter : LogMeter.ALL) {
      names.add(add(meter.metric(), meter.description(), tags, () -> meters.value(meter)));
    }
    names.addAll(show(meters.indexes(), tags));
    ofPartitions.put(source, names);
  }

  private List<MetricName> show(IndexMeters indexes, Map<String, String> tags) {
    List<MetricName> names = new ArrayList<>();
    names.add(
        add(
            "index-segments-built-total",
            "Sealed segments that got a field index",
            tags,
            indexes::segments));
    names.add(add("index-bytes-built-total", "Bytes of those indexes", tags, indexes::bytes));
    names.add(
        add(
            "index-bytes-left",
            "Bytes of segments still to be read for the index that is being built",
            tags,
            indexes::bytesLeft));
    names.add(
        add(
            "index-segments-elsewhere",
            "Segments that another builder was at, when it was last looked",
            tags,
            indexes::elsewhere));
    names.add(
        add(
            "index-failures-total",
            "Times that indexes could not be built; it is tried again",
            tags,
            indexes::failures));
    return names;
  }

  /** Takes a partition's metrics away. */
  void hide(TopicPartition source) {
    List<MetricName> names = ofPartitions.remove(source);
    if (names != null && worker != null) {
      for (MetricName name : names) {
        if (name != null) {
          worker.removeMetric(name);
        }
      }
    }
  }

  private @Nullable MetricName add(
      String name, String description, Map<String, String> tags, Supplier<Number> value) {
    if (worker == null) {
      return null;
    }
    MetricName metric = worker.metricName(name, description, new LinkedHashMap<>(tags));
    worker.addMetric(metric, (Gauge<Number>) (config, now) -> value.get());
    return metric;
  }
}
