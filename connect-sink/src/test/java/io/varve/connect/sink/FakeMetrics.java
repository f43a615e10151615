package io.varve.connect.sink;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.MetricValueProvider;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;

/** A worker's metrics, to be looked at. */
final class FakeMetrics implements PluginMetrics {

  final Map<String, Gauge<?>> gauges = new TreeMap<>();

  long value(String name) {
    return ((Number) gauges.get(name).value(null, 0)).longValue();
  }

  private static String key(MetricName name) {
    return (name.name() + " " + String.join(" ", name.tags().values())).strip();
  }

  @Override
  public MetricName metricName(
      String name, String description, LinkedHashMap<String, String> tags) {
    return new MetricName(name, "plugins", description, tags);
  }

  @Override
  public void addMetric(MetricName name, MetricValueProvider<?> provider) {
    gauges.put(key(name), (Gauge<?>) provider);
  }

  @Override
  public void removeMetric(MetricName name) {
    gauges.remove(key(name));
  }

  @Override
  public Sensor addSensor(String name) {
    throw new UnsupportedOperationException("the sink has gauges only");
  }

  @Override
  public void removeSensor(String name) {
    throw new UnsupportedOperationException("the sink has gauges only");
  }
}
