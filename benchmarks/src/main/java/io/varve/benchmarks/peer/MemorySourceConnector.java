package io.varve.benchmarks.peer;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.ConnectorTransactionBoundaries;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;

/**
 * A source that emits a number of records from memory and is then idle. Thread: the worker calls
 * one method at a time.
 */
public final class MemorySourceConnector extends SourceConnector {

  static final String TOPIC = "topic";
  static final String PARTITIONS = "partitions";
  static final String EVENTS = "events";
  static final String EVENT_BYTES = "event.bytes";
  static final String POLL_EVENTS_MAX = "poll.events.max";
  static final String TRANSACTION_MS = "transaction.ms";

  private Map<String, String> settings = Map.of();

  @Override
  public String version() {
    return "1";
  }

  @Override
  public ConfigDef config() {
    return definition();
  }

  static ConfigDef definition() {
    return new ConfigDef()
        .define(TOPIC, Type.STRING, Importance.HIGH, "Where the records go.")
        .define(PARTITIONS, Type.INT, Importance.HIGH, "The topic's partitions.")
        .define(EVENTS, Type.LONG, Importance.HIGH, "Records of all partitions together.")
        .define(EVENT_BYTES, Type.INT, Importance.HIGH, "Bytes of each value.")
        .define(POLL_EVENTS_MAX, Type.INT, Importance.HIGH, "Records of one poll, at most.")
        .define(
            TRANSACTION_MS,
            Type.LONG,
            Importance.HIGH,
            "With transaction.boundary=connector: milliseconds from one commit to the next.");
  }

  @Override
  public void start(Map<String, String> props) {
    settings = Map.copyOf(props);
  }

  @Override
  public Class<? extends Task> taskClass() {
    return MemorySourceTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return List.of(settings);
  }

  @Override
  public void stop() {}

  @Override
  public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> props) {
    return ExactlyOnceSupport.SUPPORTED;
  }

  @Override
  public ConnectorTransactionBoundaries canDefineTransactionBoundaries(Map<String, String> props) {
    return ConnectorTransactionBoundaries.SUPPORTED;
  }
}
