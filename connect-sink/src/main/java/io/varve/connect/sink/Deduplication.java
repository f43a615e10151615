package io.varve.connect.sink;

import io.varve.connect.common.config.Limits;
import io.varve.connect.common.config.NameFormat;
import io.varve.dedup.DedupSettings;
import java.util.Objects;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Which events are duplicates, and what becomes of them.
 *
 * @param duplicates the stream that keeps them, or null if nobody does
 */
record Deduplication(MessageIds ids, DedupSettings window, @Nullable NameFormat duplicates) {

  static final String ID = "dedup.id";
  static final String TTL = "dedup.ttl";
  static final String MEMORY_BYTES = "dedup.memory.bytes";
  static final String DUPLICATES_STREAM = "dedup.duplicates.stream";

  /** What the plugin's folder must have beside its own libraries. */
  static final String LIBRARY = "org.rocksdb:rocksdbjni";

  private static final String LIBRARY_CLASS = "org.rocksdb.RocksDB";
  private static final String GROUP = "Deduplication";
  private static final String PLACEHOLDER = "${" + SinkConfig.TOPIC + "}";

  static ConfigDef define(ConfigDef config) {
    return config
        .define(
            ID,
            Type.STRING,
            "",
            RecordPart.validator(),
            Importance.MEDIUM,
            "Where a record has its message id. Of events in one partition (where a keyed"
                + " producer's retries land) with the same id within "
                + TTL
                + " only the first is stored. An event without an id is always stored. An id has 1"
                + " to 1024 bytes (an integer counts as its digits) and its event a timestamp; what"
                + " has not goes to the dead letter queue, or fails the task. Needs "
                + LIBRARY
                + " in the plugin's folder lib. Empty: every event is stored.",
            GROUP,
            1,
            Width.MEDIUM,
            "Message id")
        .define(
            TTL,
            Type.STRING,
            "P1D",
            TimeSpan.validator(),
            Importance.MEDIUM,
            "How long an id counts, from the first event with it on, by the events' timestamps. At"
                + " most "
                + SinkConfig.MIN_COMPACTION_LAG_MS
                + " where "
                + SinkConfig.CLEANUP_POLICY
                + " compacts.",
            GROUP,
            2,
            Width.MEDIUM,
            "How long an id counts")
        .define(
            MEMORY_BYTES,
            Type.LONG,
            64L << 20,
            Limits.bytes(1L << 20, 32L << 30),
            Importance.LOW,
            "Memory for the ids of one partition, taken as it is needed: about eight bytes for each"
                + " id that counts, all of RocksDB's included. With less it goes on, and looks into"
                + " files for the oldest ids, which is slow (dedup-unfiltered-buckets tells).",
            GROUP,
            3,
            Width.MEDIUM,
            "Memory for ids")
        .define(
            DUPLICATES_STREAM,
            Type.STRING,
            "",
            duplicatesValidator(),
            Importance.LOW,
            "The stream that keeps the events that are not stored because their id was there, in"
                + " the same partition and under the same offset; "
                + PLACEHOLDER
                + " stands for the topic's name, as in "
                + PLACEHOLDER
                + ".duplicates. It has the retention of the others and is not compacted. Empty:"
                + " they are counted and left out.",
            GROUP,
            4,
            Width.MEDIUM,
            "Stream of duplicates");
  }

  private static ConfigDef.Validator duplicatesValidator() {
    ConfigDef.Validator format = NameFormat.validator(SinkConfig.TOPIC);
    return new ConfigDef.Validator() {
      @Override
      public void ensureValid(String name, @Nullable Object value) {
        if (value != null && !value.toString().isBlank()) {
          format.ensureValid(name, value);
        }
      }

      @Override
      public String toString() {
        return format + "; or empty";
      }
    };
  }

  /**
   * Null if every event is stored.
   *
   * @throws ConfigException if a value is not allowed
   */
  static @Nullable Deduplication of(AbstractConfig config) {
    RecordPart part = RecordPart.of(ID, Objects.requireNonNull(config.getString(ID)));
    if (part == null) {
      return null;
    }
    long ttlMs = TimeSpan.parseMillis(TTL, Objects.requireNonNull(config.getString(TTL)));
    String duplicates = Objects.requireNonNull(config.getString(DUPLICATES_STREAM)).strip();
    return new Deduplication(
        new MessageIds(part),
        DedupSettings.ofTtlMs(ttlMs)
            .withMemoryBytes(config.getLong(MEMORY_BYTES))
            .withIdBytesMax(MessageIds.BYTES_MAX),
        duplicates.isEmpty()
            ? null
            : NameFormat.of(DUPLICATES_STREAM, duplicates, SinkConfig.TOPIC));
  }

  /** The stream for the duplicates of {@code topic}, or null. */
  @Nullable String duplicatesStream(String topic) {
    return duplicates == null ? null : duplicates.expand(topic);
  }

  /** Whether {@code loader} finds the library that keeps ids. */
  static boolean isLibraryThere(ClassLoader loader) {
    try {
      Class.forName(LIBRARY_CLASS, false, loader);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
