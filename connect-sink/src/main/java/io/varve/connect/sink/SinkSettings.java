package io.varve.connect.sink;

import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.compact.Retention;
import io.varve.connect.common.config.NameFormat;
import io.varve.format.Codec;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * A sink's settings, parsed.
 *
 * @param connector the connector's name
 * @param log how each partition's log is written
 * @param store how a task's store is opened
 * @param delays where records say when they are to be delivered; null if nobody looks
 * @param deduplication which events are duplicates; null if none is
 * @param index which fields have an index; null if nobody is to care
 */
record SinkSettings(
    String connector,
    Path storePath,
    NameFormat streamFormat,
    RecreatedTopics recreatedTopics,
    LogSettings log,
    StoreSettings store,
    long commitIntervalMs,
    @Nullable DelaySettings delays,
    @Nullable Deduplication deduplication,
    @Nullable IndexSettings index) {

  /**
   * @param properties what the worker hands to a connector or task
   * @throws ConfigException if a value is not allowed; names the setting, the value and what is
   */
  static SinkSettings of(Map<String, String> properties) {
    AbstractConfig config = new AbstractConfig(SinkConfig.DEFINITION, properties, false);
    CleanupPolicy policy = CleanupPolicy.ofSettingName(text(config, SinkConfig.CLEANUP_POLICY));
    LogSettings log =
        LogSettings.defaults()
            .withCodec(
                Codec.ofSettingName(
                        text(config, SinkConfig.COMPRESSION_TYPE).toLowerCase(Locale.ROOT))
                    .orElseThrow())
            .withSegmentBytes(config.getLong(SinkConfig.SEGMENT_BYTES))
            .withSegmentMs(config.getLong(SinkConfig.SEGMENT_MS))
            .withBatchBytes(config.getInt(SinkConfig.BATCH_BYTES))
            .withEventBytesMax(config.getInt(SinkConfig.EVENT_BYTES_MAX))
            .withRetention(policy.deletes() ? retention(config) : Retention.FOREVER)
            .withCompaction(policy.compacts() ? compaction(config) : Compaction.OFF);
    return new SinkSettings(
        properties.getOrDefault("name", "unnamed"),
        Path.of(text(config, SinkConfig.STORE_PATH)).normalize(),
        NameFormat.of(
            SinkConfig.STREAM_FORMAT, text(config, SinkConfig.STREAM_FORMAT), SinkConfig.TOPIC),
        RecreatedTopics.ofSettingName(text(config, SinkConfig.RECREATED_TOPICS)),
        log,
        StoreSettings.defaults()
            .withBufferBytes(config.getLong(SinkConfig.BUFFER_BYTES))
            .withCompactionBytesPerSecond(config.getLong(SinkConfig.COMPACTION_BYTES_PER_SECOND))
            .withCompactionKeyBytesMax(config.getLong(SinkConfig.COMPACTION_KEY_BYTES_MAX)),
        config.getLong(SinkConfig.COMMIT_INTERVAL_MS),
        DelaySettings.of(config),
        Deduplication.of(config),
        IndexSettings.of(config));
  }

  private static Retention retention(AbstractConfig config) {
    return new Retention(
        config.getLong(SinkConfig.RETENTION_MS), config.getLong(SinkConfig.RETENTION_BYTES));
  }

  private static Compaction compaction(AbstractConfig config) {
    return Compaction.ON
        .withTombstonesMs(config.getLong(SinkConfig.DELETE_RETENTION_MS))
        .withDirtyRatioMin(config.getDouble(SinkConfig.MIN_CLEANABLE_DIRTY_RATIO))
        .withLagMs(config.getLong(SinkConfig.MIN_COMPACTION_LAG_MS));
  }

  /** How this connector's writers are named to others that want the same log. */
  String owner() {
    return "connector " + connector;
  }

  /** As {@link #log}, but each event stays until retention takes it. */
  LogSettings uncompactedLog() {
    return log.withCompaction(Compaction.OFF);
  }

  private static String text(AbstractConfig config, String name) {
    return Objects.requireNonNull(config.getString(name));
  }
}
