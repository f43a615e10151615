package io.varve.connect.source.config;

import static io.varve.connect.source.config.SourceConfigDef.*;

import io.varve.SchedulerSettings;
import io.varve.connect.common.config.NameFormat;
import io.varve.connect.common.config.PointInTime;
import io.varve.query.EventFilter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * What the settings say.
 *
 * @param connector the connector's name
 * @param filter which events are wanted; null for all
 * @param progress where positions are told that no event tells; null for nowhere
 * @param poll bounds of a poll
 * @param transaction bounds of a transaction whose end the connector sets
 * @param transactionIntervalMs how long to gather events for such a transaction
 * @param refreshIntervalMs how often to look for new streams
 * @param schedule what counts with {@link Mode#SCHEDULED} only
 */
public record SourceSettings(
    String connector,
    Path storePath,
    StreamSelection streams,
    GenerationChoice generation,
    Mode mode,
    Bounds bounds,
    @Nullable EventFilter filter,
    @Nullable ProgressTopic progress,
    NameFormat topicFormat,
    boolean keepPartition,
    boolean keepTimestamp,
    OriginHeaders originHeaders,
    Speed speed,
    BatchLimits poll,
    BatchLimits transaction,
    long transactionIntervalMs,
    long refreshIntervalMs,
    ScheduleSettings schedule) {

  private static final long INTERVAL_MS = 250;

  /** ConfigException if a setting, or two together, can't be. */
  public static SourceSettings parse(Map<String, String> props) {
    AbstractConfig config = new AbstractConfig(SourceConfigDef.create(), props, false);
    Conflicts.find(config.values(), props.keySet()).stream()
        .findFirst()
        .ifPresent(
            conflict -> {
              throw new ConfigException(conflict.setting() + ": " + conflict.message());
            });
    Mode mode = Mode.parse(config.getString(MODE));
    boolean scheduled = mode == Mode.SCHEDULED;
    StreamSelection streams = StreamSelection.parse(config.getString(STREAMS));
    return new SourceSettings(
        props.getOrDefault("name", "unnamed"),
        Path.of(config.getString(STORE_PATH)).normalize(),
        scheduled ? streams.withoutSuffix(SchedulerSettings.READY_SUFFIX) : streams,
        GenerationChoice.parse(config.getString(GENERATION)),
        mode,
        bounds(config),
        filter(config),
        progress(config),
        NameFormat.of(TOPIC_FORMAT, config.getString(TOPIC_FORMAT), "stream"),
        orElse(config.getBoolean(KEEP_PARTITION), !scheduled),
        config.getBoolean(KEEP_TIMESTAMP),
        originHeaders(config.getString(ORIGIN_HEADERS), scheduled),
        new Speed(Speed.parseFactor(config.getString(SPEED)), config.getLong(SPEED_GAP_MS_MAX)),
        new BatchLimits(config.getInt(POLL_EVENTS_MAX), config.getLong(POLL_BYTES_MAX)),
        new BatchLimits(
            config.getInt(TRANSACTION_EVENTS_MAX), config.getLong(TRANSACTION_BYTES_MAX)),
        orElse(config.getLong(TRANSACTION_INTERVAL_MS), scheduled ? 0 : INTERVAL_MS),
        config.getLong(REFRESH_INTERVAL_MS),
        ScheduleSettings.of(config));
  }

  private static Bounds bounds(AbstractConfig config) {
    return new Bounds(
        orElse(config.getLong(START_OFFSET), 0),
        orElse(config.getLong(END_OFFSET), Long.MAX_VALUE),
        timeMs(config, START_TIME, Long.MIN_VALUE),
        timeMs(config, END_TIME, Long.MAX_VALUE));
  }

  private static @Nullable EventFilter filter(AbstractConfig config) {
    String text = config.getString(FILTER);
    return text == null ? null : EventFilter.compile(text);
  }

  private static @Nullable ProgressTopic progress(AbstractConfig config) {
    String topic = config.getString(PROGRESS_TOPIC);
    return topic == null ? null : new ProgressTopic(topic, config.getLong(PROGRESS_INTERVAL_MS));
  }

  private static long orElse(@Nullable Long value, long other) {
    return value == null ? other : value;
  }

  private static boolean orElse(@Nullable Boolean value, boolean other) {
    return value == null ? other : value;
  }

  private static OriginHeaders originHeaders(@Nullable String set, boolean scheduled) {
    if (set == null) {
      return scheduled ? OriginHeaders.BYTES : OriginHeaders.NONE;
    }
    return OriginHeaders.parse(set);
  }

  private static long timeMs(AbstractConfig config, String name, long other) {
    String text = config.getString(name);
    return text == null ? other : PointInTime.parseMillis(name, text);
  }

  /** What this connector is called by others that want the same logs. */
  public String owner() {
    return "connector " + connector;
  }

  /** A setting that doesn't go with another, and why. */
  public record Conflict(String setting, String message) {}

  /**
   * Every conflict among settings that are each legal by themselves.
   *
   * @param given the names of those that somebody has set
   */
  public static List<Conflict> conflicts(Map<String, Object> values, Set<String> given) {
    return Conflicts.find(values, given);
  }
}
