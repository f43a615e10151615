package io.varve.integration;

import static org.awaitility.Awaitility.await;

import io.varve.cluster.ConnectRest;
import io.varve.cluster.RestException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The connectors of one test: their settings, and their end.
 *
 * <p>Thread: confined to one.
 */
final class Connectors implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(2);

  private static final String BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter";

  private final ConnectRest rest;
  private final Path store;
  private final List<String> started = new ArrayList<>();

  /**
   * @param store the folder of the store that they all use
   */
  Connectors(ConnectRest rest, Path store) {
    this.rest = rest;
    this.store = store;
  }

  /** The settings of a sink for the topics, with more settings as name, value, name, value. */
  Map<String, String> sink(String topics, String... more) {
    Map<String, String> settings =
        common("io.varve.connect.sink.VarveSinkConnector", Map.of("topics", topics));
    settings.put("commit.interval.ms", "100");
    // New and re-created topics are seen within a second, not within five minutes.
    settings.put("consumer.override.metadata.max.age.ms", "1000");
    return with(settings, more);
  }

  /** The settings of an exactly-once source for the streams. */
  Map<String, String> source(String streams, String topicFormat, String... more) {
    Map<String, String> settings =
        common(
            "io.varve.connect.source.VarveSourceConnector",
            Map.of("streams", streams, "topic.format", topicFormat));
    settings.put("exactly.once.support", "required");
    settings.put("transaction.boundary", "connector");
    settings.put("streams.refresh.interval.ms", "300");
    return with(settings, more);
  }

  private Map<String, String> common(String connectorClass, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("connector.class", connectorClass);
    settings.put("tasks.max", "2");
    settings.put("store.path", store.toString());
    for (String part : List.of("key", "value", "header")) {
      settings.put(part + ".converter", BYTES);
    }
    return settings;
  }

  /** Adds settings; an empty value takes one away. */
  static Map<String, String> with(Map<String, String> settings, String... more) {
    Map<String, String> result = new HashMap<>(settings);
    for (int i = 0; i < more.length; i += 2) {
      if (more[i + 1].isEmpty()) {
        result.remove(more[i]);
      } else {
        result.put(more[i], more[i + 1]);
      }
    }
    return result;
  }

  /** Makes the connector and waits until it and its tasks run. */
  void start(String name, Map<String, String> settings) {
    put(name, settings);
    rest.awaitRunning(name, LIMIT);
  }

  /** Makes the connector, or changes it; does not wait. */
  void put(String name, Map<String, String> settings) {
    if (!started.contains(name)) {
      started.add(name);
    }
    rest.put(name, settings);
  }

  void delete(String name) {
    rest.delete(name);
    started.remove(name);
    await().atMost(LIMIT).until(() -> isGone(name));
  }

  private boolean isGone(String name) {
    try {
      rest.status(name);
      return false;
    } catch (RestException e) {
      return e.status() == 404;
    }
  }

  @Override
  public void close() {
    for (String name : List.copyOf(started)) {
      delete(name);
    }
  }
}
