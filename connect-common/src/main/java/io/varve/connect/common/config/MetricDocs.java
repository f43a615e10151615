package io.varve.connect.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.MetricValueProvider;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;

/**
 * A worker's metrics as a connector registers them, to be described on a page: it notes what it is
 * given, and shows nothing.
 *
 * <p>Thread: confined to one.
 */
public final class MetricDocs implements PluginMetrics {

  private final Map<List<String>, List<MetricName>> namesOfTags = new LinkedHashMap<>();

  /** The section of a settings page, in Markdown: a table for each set of tags, in their order. */
  public String section() {
    StringBuilder section = new StringBuilder();
    section
        .append("\n## Metrics\n\n")
        .append("Of the worker, in JMX and wherever else it reports, from Kafka 4.1 on.\n")
        .append(tables());
    return section.toString();
  }

  /** A table for each set of tags, in their order. */
  public String tables() {
    StringBuilder section = new StringBuilder();
    namesOfTags.forEach(
        (tags, names) -> {
          section.append("\n### `kafka.connect:type=plugins,connector=…,task=…");
          tags.forEach(tag -> section.append(',').append(tag).append("=…"));
          section.append("`\n\n| metric | |\n| --- | --- |\n");
          for (MetricName name : names) {
            section.append("| `").append(name.name()).append("` | ");
            section.append(name.description()).append(" |\n");
          }
        });
    return section.toString();
  }

  @Override
  @SuppressWarnings("NonApiType") // the worker's method has it so
  public MetricName metricName(
      String name, String description, LinkedHashMap<String, String> tags) {
    return new MetricName(name, "plugins", description, tags);
  }

  @Override
  public void addMetric(MetricName name, MetricValueProvider<?> provider) {
    namesOfTags
        .computeIfAbsent(List.copyOf(name.tags().keySet()), tags -> new ArrayList<>())
        .add(name);
  }

  @Override
  public void removeMetric(MetricName name) {
    namesOfTags.values().forEach(names -> names.remove(name));
  }

  @Override
  public Sensor addSensor(String name) {
    throw new UnsupportedOperationException("Sensor " + name + ": only metrics are described here");
  }

  @Override
  public void removeSensor(String name) {
    throw new UnsupportedOperationException("Sensor " + name + ": only metrics are described here");
  }
}
