package io.varve.flink.source.table;

import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Keeps the metrics that sources of this process have shown, also when their jobs are over. */
public final class ShownMetrics implements MetricReporter, MetricReporterFactory {

  private record Shown(String name, Metric metric) {}

  private static final Queue<Shown> SHOWN = new ConcurrentLinkedQueue<>();

  /** Forgets all, and has jobs of that configuration show their metrics here. */
  public static void use(Configuration configuration) {
    SHOWN.clear();
    configuration.setString("metrics.reporters", "shown");
    configuration.setString("metrics.reporter.shown.factory.class", ShownMetrics.class.getName());
  }

  /** The sum of all metrics of that name. */
  public static long sum(String name) {
    return SHOWN.stream()
        .filter(shown -> shown.name().equals(name))
        .mapToLong(
            shown ->
                shown.metric() instanceof Counter counter
                    ? counter.getCount()
                    : ((Number) ((Gauge<?>) shown.metric()).getValue()).longValue())
        .sum();
  }

  @Override
  public MetricReporter createMetricReporter(Properties properties) {
    return this;
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    SHOWN.add(new Shown(name, metric));
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}
}
