package io.varve.connect.source;

import io.varve.connect.source.replay.ReplayClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.MetricValueProvider;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.source.TransactionContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

/** Runs one task as a worker does, on the test's thread, and keeps what it gave. */
final class TaskRun implements AutoCloseable {

  final VarveSourceTask task;
  final List<SourceRecord> records = new ArrayList<>();
  final RecordedMetrics metrics = new RecordedMetrics();

  private TaskRun(VarveSourceTask task) {
    this.task = task;
  }

  /** Plans one task by a real connector and starts it. */
  static TaskRun start(Map<String, String> props, StoredOffsets offsets) {
    return start(props, offsets, null, new SettableClock());
  }

  static TaskRun start(
      Map<String, String> props,
      StoredOffsets offsets,
      @Nullable TransactionContext transactions,
      ReplayClock clock) {
    VarveSourceConnector connector = new VarveSourceConnector();
    connector.initialize(new ConnectorEnd(offsets));
    connector.start(props);
    try {
      return startTask(connector.taskConfigs(1).get(0), offsets, transactions, clock);
    } finally {
      connector.stop();
    }
  }

  static TaskRun startTask(
      Map<String, String> taskConfig,
      StoredOffsets offsets,
      @Nullable TransactionContext transactions,
      ReplayClock clock) {
    TaskRun run = new TaskRun(new VarveSourceTask(clock));
    run.task.initialize(run.context(taskConfig, offsets, transactions));
    run.task.start(taskConfig);
    return run;
  }

  private SourceTaskContext context(
      Map<String, String> config,
      StoredOffsets offsets,
      @Nullable TransactionContext transactions) {
    return new SourceTaskContext() {
      @Override
      public Map<String, String> configs() {
        return config;
      }

      @Override
      public OffsetStorageReader offsetStorageReader() {
        return offsets;
      }

      @Override
      public @Nullable TransactionContext transactionContext() {
        return transactions;
      }

      @Override
      public PluginMetrics pluginMetrics() {
        return metrics;
      }
    };
  }

  /** Polls until a poll gives nothing. */
  List<SourceRecord> pollAll() throws InterruptedException {
    return pollUntil(all -> false);
  }

  /** Polls until enough has come, or a poll gives nothing. */
  List<SourceRecord> pollUntil(Predicate<List<SourceRecord>> enough) throws InterruptedException {
    List<SourceRecord> polled;
    while (!enough.test(records) && (polled = task.poll()) != null) {
      records.addAll(polled);
    }
    return records;
  }

  @Override
  public void close() {
    task.stop();
  }

  /** Metrics by name and, behind it, the values of its tags. */
  static final class RecordedMetrics implements PluginMetrics {
    final Map<String, Gauge<?>> gauges = new HashMap<>();

    @Override
    public MetricName metricName(
        String name, String description, LinkedHashMap<String, String> tags) {
      return new MetricName(name, "plugins", description, tags);
    }

    @Override
    public void addMetric(MetricName name, MetricValueProvider<?> provider) {
      String tags = String.join(" ", name.tags().values());
      gauges.put((name.name() + " " + tags).strip(), (Gauge<?>) provider);
    }

    Object value(String name) {
      return gauges.get(name).value(null, 0);
    }

    @Override
    public void removeMetric(MetricName name) {
      // Stays, so that a test can ask for it after the task has ended.
    }

    @Override
    public Sensor addSensor(String name) {
      throw new UnsupportedOperationException("the source has gauges only");
    }

    @Override
    public void removeSensor(String name) {
      throw new UnsupportedOperationException("the source has gauges only");
    }
  }
}
