package io.varve.replay;

import io.varve.connect.common.config.Choices;
import io.varve.query.BadFilterException;
import io.varve.query.EventFilter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer is set to: Kafka's own settings, which Kafka's own code checks, and those that
 * only a store needs.
 *
 * <p>Thread: immutable.
 */
final class ReplaySettings {

  private static final String GROUP = "Settings";

  static final String STORE_PATH = "varve.store.path";
  static final String FILTER = "varve.filter";
  static final String STRUCTURED_DATA = "varve.structured.data";

  /** The settings that are not Kafka's. */
  static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              STORE_PATH,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              new ConfigDef.NonEmptyString(),
              Importance.HIGH,
              "The folder of the store that is read. The consumer must be allowed to write there,"
                  + " too: it keeps a lease on what it reads, and the group's offsets.",
              GROUP,
              0,
              ConfigDef.Width.LONG,
              STORE_PATH)
          .define(
              STRUCTURED_DATA,
              Type.STRING,
              StructuredData.REFUSE.setting(),
              Choices.of(
                  StructuredData.REFUSE.setting(),
                  StructuredData.JSON.setting(),
                  StructuredData.AVRO.setting()),
              Importance.MEDIUM,
              "What is given for keys, values and headers that the sink archived as structured data,"
                  + " since its converters were others than ByteArrayConverter and StringConverter:"
                  + " the bytes that were in the topic are not in the store. `refuse`: a"
                  + " RecordDeserializationException with partition and offset. `json`: the data as"
                  + " JSON, without schema. `avro`: Avro single-object encoding, as it stands in the"
                  + " store.",
              GROUP,
              1,
              ConfigDef.Width.SHORT,
              STRUCTURED_DATA)
          .define(
              FILTER,
              Type.STRING,
              null,
              new FilterText(),
              Importance.MEDIUM,
              "Which events are given: those of which this is true, an expression in CEL such as"
                  + " `value.customer_id == 42 && value.total > 100.0`; it has value, key, timestamp,"
                  + " offset, partition, stream and headers. The position goes past the others, as past"
                  + " events that compaction took; those that a field index rules out are not even read.",
              GROUP,
              2,
              ConfigDef.Width.LONG,
              FILTER);

  /** Accepts what can be compiled. */
  private static final class FilterText implements ConfigDef.Validator {

    @Override
    public void ensureValid(String name, @Nullable Object value) {
      if (value != null) {
        try {
          EventFilter.compile(value.toString());
        } catch (BadFilterException e) {
          throw new ConfigException(name, value, e.getMessage());
        }
      }
    }

    /** What is allowed, for the settings page. */
    @Override
    public String toString() {
      return "an expression in CEL that is true or false";
    }
  }

  /** No network is used, and so this is asked for by Kafka's check alone. */
  private static final String NO_SERVERS = "localhost:9092";

  private final ConsumerConfig kafka;
  private final AbstractConfig own;

  private ReplaySettings(ConsumerConfig kafka, AbstractConfig own) {
    this.kafka = kafka;
    this.own = own;
  }

  /**
   * @throws ConfigException if a setting is missing or has a value that isn't allowed
   */
  static ReplaySettings of(
      Map<String, Object> given, @Nullable Deserializer<?> key, @Nullable Deserializer<?> value) {
    AbstractConfig own = new AbstractConfig(DEFINITION, given, false);
    Map<String, Object> all = new HashMap<>(given);
    all.putIfAbsent(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, NO_SERVERS);
    ReplaySettings settings =
        new ReplaySettings(
            new ConsumerConfig(ConsumerConfig.appendDeserializerToConfig(all, key, value)), own);
    // Read once, so that Kafka doesn't call them unknown.
    settings.kafka.ignore(STORE_PATH);
    settings.kafka.ignore(STRUCTURED_DATA);
    settings.kafka.ignore(FILTER);
    return settings;
  }

  /** Kafka's settings. */
  ConsumerConfig kafka() {
    return kafka;
  }

  Path storePath() {
    return Path.of(own.getString(STORE_PATH));
  }

  StructuredData structuredData() {
    return StructuredData.of(own.getString(STRUCTURED_DATA));
  }

  /** Which events are given; null for all. */
  @Nullable EventFilter filter() {
    String text = own.getString(FILTER);
    return text == null ? null : EventFilter.compile(text);
  }

  String clientId() {
    return kafka.getString(ConsumerConfig.CLIENT_ID_CONFIG);
  }

  /** The group, or null if the consumer has none. */
  @Nullable String groupId() {
    return kafka.getString(ConsumerConfig.GROUP_ID_CONFIG);
  }

  /** The static member's name, or null. */
  @Nullable String groupInstanceId() {
    return kafka.getString(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
  }

  OffsetReset offsetReset() {
    return OffsetReset.parse(kafka.getString(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG));
  }

  boolean autoCommits() {
    return groupId() != null && kafka.getBoolean(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG);
  }

  long autoCommitIntervalMs() {
    return kafka.getInt(ConsumerConfig.AUTO_COMMIT_INTERVAL_MS_CONFIG);
  }

  int pollRecordsMax() {
    return kafka.getInt(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
  }

  int pollBytesMax() {
    return kafka.getInt(ConsumerConfig.FETCH_MAX_BYTES_CONFIG);
  }

  int partitionBytesMax() {
    return kafka.getInt(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG);
  }

  long apiTimeoutMs() {
    return kafka.getInt(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG);
  }

  long metadataAgeMsMax() {
    return kafka.getLong(ConsumerConfig.METADATA_MAX_AGE_CONFIG);
  }

  long pollIntervalMsMax() {
    return kafka.getInt(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
  }

  long sessionTimeoutMs() {
    return kafka.getInt(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG);
  }

  long heartbeatIntervalMs() {
    return kafka.getInt(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG);
  }

  /** Whether topics such as {@code __consumer_offsets} stay out of what a pattern means. */
  boolean excludesInternalTopics() {
    return kafka.getBoolean(ConsumerConfig.EXCLUDE_INTERNAL_TOPICS_CONFIG);
  }

  /** Whether the group protocol is the newer one, which knows {@code SubscriptionPattern}. */
  boolean consumerProtocol() {
    return "consumer".equalsIgnoreCase(kafka.getString(ConsumerConfig.GROUP_PROTOCOL_CONFIG));
  }
}
