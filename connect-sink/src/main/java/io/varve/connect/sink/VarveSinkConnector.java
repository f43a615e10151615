package io.varve.connect.sink;

import io.varve.connect.common.config.PluginVersion;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives topics into a Varve store, each event once, with its key, value, headers, timestamp and
 * offset. Each topic is a stream of the store, each of its partitions an event log.
 *
 * <p>Thread: confined to the worker's, one call at a time.
 */
public final class VarveSinkConnector extends SinkConnector {

  private static final Logger LOG = LoggerFactory.getLogger(VarveSinkConnector.class);
  private static final String HEADER_CONVERTER = "header.converter";
  private static final String BYTES_CONVERTER =
      "org.apache.kafka.connect.converters.ByteArrayConverter";

  private Map<String, String> properties = Map.of();

  /** For the worker, which then calls {@link #start}. */
  public VarveSinkConnector() {}

  @Override
  public String version() {
    return PluginVersion.of(VarveSinkConnector.class);
  }

  @Override
  public ConfigDef config() {
    return SinkConfig.DEFINITION;
  }

  @Override
  public Config validate(Map<String, String> connectorConfigs) {
    Config config = super.validate(connectorConfigs);
    CrossChecks.check(connectorConfigs, config);
    return config;
  }

  /**
   * @throws ConfigException if a setting's value is not allowed
   */
  @Override
  public void start(Map<String, String> props) {
    SinkSettings settings = SinkSettings.of(props);
    CrossChecks.check(props);
    properties = Map.copyOf(props);
    LOG.info(
        "{} archives into the store {}, each topic as stream '{}'",
        settings.owner(),
        settings.storePath(),
        settings.streamFormat());
    String headers = props.get(HEADER_CONVERTER);
    if (!BYTES_CONVERTER.equals(headers)) {
      LOG.warn(
          "{} has {} {}. Connect's default, SimpleHeaderConverter, reads header bytes as text and"
              + " guesses types, so that what is archived is not what was sent. For an archive that"
              + " is equal byte by byte set {}={}",
          settings.owner(),
          headers == null ? "no" : "the",
          headers == null ? HEADER_CONVERTER : HEADER_CONVERTER + " " + headers,
          HEADER_CONVERTER,
          BYTES_CONVERTER);
    }
  }

  @Override
  public Class<? extends Task> taskClass() {
    return VarveSinkTask.class;
  }

  /** The same settings for each task: the worker's consumer group spreads the partitions. */
  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return Collections.nCopies(maxTasks, properties);
  }

  @Override
  public boolean alterOffsets(
      Map<String, String> connectorConfig, Map<TopicPartition, Long> offsets) {
    new OffsetChange(connectorConfig).apply(offsets);
    return true;
  }

  @Override
  public void stop() {
    // Nothing is held between calls.
  }
}
