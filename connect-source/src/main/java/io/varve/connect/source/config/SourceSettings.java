package io.varve.connect.source.config;

import static io.varve.connect.source.config.SourceConfigDef.*;

import io.varve.connect.common.config.NameFormat;
import io.varve.connect.common.config.PointInTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * What the settings say.
 *
 * @param poll bounds of a poll
 * @param transaction bounds of a transaction whose end the connector sets
 * @param transactionIntervalMs how long to gather events for such a transaction
 * @param refreshIntervalMs how often to look for new streams
 */
public record SourceSettings(
    Path storePath,
    StreamSelection streams,
    GenerationChoice generation,
    Mode mode,
    Bounds bounds,
    NameFormat topicFormat,
    boolean keepPartition,
    boolean keepTimestamp,
    Speed speed,
    BatchLimits poll,
    BatchLimits transaction,
    long transactionIntervalMs,
    long refreshIntervalMs) {

  /** ConfigException if a setting, or two together, can't be. */
  public static SourceSettings parse(Map<String, String> props) {
    AbstractConfig config = new AbstractConfig(SourceConfigDef.create(), props, false);
    Conflicts.find(config.values()).stream()
        .findFirst()
        .ifPresent(
            conflict -> {
              throw new ConfigException(conflict.setting() + ": " + conflict.message());
            });
    return new SourceSettings(
        Path.of(config.getString(STORE_PATH)).normalize(),
        StreamSelection.parse(config.getString(STREAMS)),
        GenerationChoice.parse(config.getString(GENERATION)),
        Mode.parse(config.getString(MODE)),
        bounds(config),
        NameFormat.of(TOPIC_FORMAT, config.getString(TOPIC_FORMAT), "stream"),
        config.getBoolean(KEEP_PARTITION),
        config.getBoolean(KEEP_TIMESTAMP),
        new Speed(Speed.parseFactor(config.getString(SPEED)), config.getLong(SPEED_GAP_MS_MAX)),
        new BatchLimits(config.getInt(POLL_EVENTS_MAX), config.getLong(POLL_BYTES_MAX)),
        new BatchLimits(
            config.getInt(TRANSACTION_EVENTS_MAX), config.getLong(TRANSACTION_BYTES_MAX)),
        config.getLong(TRANSACTION_INTERVAL_MS),
        config.getLong(REFRESH_INTERVAL_MS));
  }

  private static Bounds bounds(AbstractConfig config) {
    return new Bounds(
        orElse(config.getLong(START_OFFSET), 0),
        orElse(config.getLong(END_OFFSET), Long.MAX_VALUE),
        timeMs(config, START_TIME, Long.MIN_VALUE),
        timeMs(config, END_TIME, Long.MAX_VALUE));
  }

  private static long orElse(@Nullable Long value, long other) {
    return value == null ? other : value;
  }

  private static long timeMs(AbstractConfig config, String name, long other) {
    String text = config.getString(name);
    return text == null ? other : PointInTime.parseMillis(name, text);
  }

  /** A setting that doesn't go with another, and why. */
  public record Conflict(String setting, String message) {}

  /** Every conflict among settings that are each legal by themselves. */
  public static List<Conflict> conflicts(Map<String, Object> values) {
    return Conflicts.find(values);
  }
}
