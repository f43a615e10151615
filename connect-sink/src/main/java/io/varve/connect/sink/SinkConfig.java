package io.varve.connect.sink;

import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.connect.common.config.Choices;
import io.varve.connect.common.config.Limits;
import io.varve.connect.common.config.NameFormat;
import io.varve.connect.common.config.StorePath;
import io.varve.format.Codec;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Width;

/** The sink's settings as a worker sees them: names, defaults, limits, documentation. */
final class SinkConfig {

  static final String STORE_PATH = "store.path";
  static final String STREAM_FORMAT = "stream.format";
  static final String RECREATED_TOPICS = "recreated.topics";
  static final String COMPRESSION_TYPE = "compression.type";
  static final String BATCH_BYTES = "batch.bytes";
  static final String SEGMENT_BYTES = "segment.bytes";
  static final String SEGMENT_MS = "segment.ms";
  static final String EVENT_BYTES_MAX = "event.bytes.max";
  static final String RETENTION_MS = "retention.ms";
  static final String RETENTION_BYTES = "retention.bytes";
  static final String CLEANUP_POLICY = "cleanup.policy";
  static final String DELETE_RETENTION_MS = "delete.retention.ms";
  static final String MIN_CLEANABLE_DIRTY_RATIO = "min.cleanable.dirty.ratio";
  static final String MIN_COMPACTION_LAG_MS = "min.compaction.lag.ms";
  static final String COMPACTION_BYTES_PER_SECOND = "compaction.bytes.per.second";
  static final String COMPACTION_KEY_BYTES_MAX = "compaction.key.bytes.max";
  static final String COMMIT_INTERVAL_MS = "commit.interval.ms";
  static final String BUFFER_BYTES = "buffer.bytes";

  private static final String WHERE = "Where";
  private static final String HOW = "How it is stored";
  private static final String HOW_LONG = "How long it is kept";
  private static final String COMPACTION = "How it is compacted";
  private static final String WHEN = "When it is durable";

  /** The placeholder of {@link #STREAM_FORMAT}. */
  static final String TOPIC = "topic";

  private static final Choices RECREATED =
      Choices.of(RecreatedTopics.settingNames().toArray(String[]::new));
  private static final Choices CODECS = Choices.of(Codec.settingNames().toArray(String[]::new));

  private static final Choices POLICIES =
      Choices.of(CleanupPolicy.settingNames().toArray(String[]::new));

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  static final ConfigDef DEFINITION =
      Deduplication.define(
          DelaySettings.define(
              IndexSettings.define(where(how(howLong(compaction(when(new ConfigDef()))))))));

  private SinkConfig() {}

  private static ConfigDef where(ConfigDef config) {
    return config
        .define(
            STORE_PATH,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            StorePath.forWriting(),
            Importance.HIGH,
            "The store's folder, as an absolute path. It is made when the first task starts. It"
                + " belongs on a local disk or a volume of the worker's own. Sinks, sources and"
                + " other programs may share one store, as long as no two connectors write the same"
                + " stream.",
            WHERE,
            1,
            Width.LONG,
            "Store path")
        .define(
            STREAM_FORMAT,
            Type.STRING,
            "${" + TOPIC + "}",
            NameFormat.validator(TOPIC),
            Importance.MEDIUM,
            "The stream that a topic is archived into; ${topic} stands for the topic's name. The"
                + " topic is the one that the event was read from, whatever transforms make of its"
                + " name. A format without ${topic} fits a connector with one topic.",
            WHERE,
            2,
            Width.MEDIUM,
            "Stream format")
        .define(
            RECREATED_TOPICS,
            Type.STRING,
            RecreatedTopics.NEW_GENERATION.settingName(),
            RECREATED,
            Importance.LOW,
            "What to do when a topic was deleted and created again, so that its offsets start anew."
                + " It is noticed when an event comes again (as the last one does after each start)"
                + " and its timestamp, key or value is not what is stored. 'new.generation' begins"
                + " the stream's next generation and archives the topic from its first event; the"
                + " generation before stays replayable. 'fail' fails the task. 'ignore' never"
                + " looks: for connectors whose transforms give another result each time.",
            WHERE,
            3,
            Width.MEDIUM,
            "Topics created again",
            List.of(),
            RECREATED);
  }

  private static ConfigDef how(ConfigDef config) {
    return config
        .define(
            COMPRESSION_TYPE,
            Type.STRING,
            Codec.LZ4.settingName(),
            CODECS,
            Importance.MEDIUM,
            "How batches of events are compressed on disk. lz4 costs next to nothing, zstd is"
                + " smaller and slower. It may change at any time: each batch tells its own.",
            HOW,
            1,
            Width.SHORT,
            "Compression",
            List.of(),
            CODECS)
        .define(
            SEGMENT_BYTES,
            Type.LONG,
            LogSettings.defaults().segmentBytes(),
            Limits.bytes(64 * KIB, 1L << 40),
            Importance.MEDIUM,
            "A segment file is sealed, and the next one begun, when it has this many bytes."
                + " Retention frees whole segments.",
            HOW,
            2,
            Width.MEDIUM,
            "Segment bytes")
        .define(
            SEGMENT_MS,
            Type.LONG,
            LogSettings.defaults().segmentMs(),
            Limits.millis(1000, Long.MAX_VALUE),
            Importance.MEDIUM,
            "A segment file is sealed this many milliseconds after its first event was written, if"
                + " it has not reached "
                + SEGMENT_BYTES
                + " before.",
            HOW,
            3,
            Width.MEDIUM,
            "Segment ms")
        .define(
            EVENT_BYTES_MAX,
            Type.INT,
            LogSettings.defaults().eventBytesMax(),
            Limits.bytes(KIB, LogSettings.EVENT_BYTES_LIMIT),
            Importance.LOW,
            "The largest event, as stored: key, value and headers together. A larger one goes to"
                + " the dead letter queue when the connector has one (errors.tolerance=all and"
                + " errors.deadletterqueue.topic.name), and fails the task otherwise.",
            HOW,
            4,
            Width.MEDIUM,
            "Largest event")
        .define(
            BATCH_BYTES,
            Type.INT,
            LogSettings.defaults().batchBytes(),
            Limits.bytes(KIB, LogSettings.BATCH_BYTES_MAX),
            Importance.LOW,
            "Events are compressed, written and read together up to about this many bytes. Large"
                + " batches are quicker to archive and to replay, and smaller on disk. Who looks"
                + " for single keys (varve get, Store.openLatest) reads a whole batch for each:"
                + " some KiB then.",
            HOW,
            5,
            Width.MEDIUM,
            "Batch bytes");
  }

  private static ConfigDef howLong(ConfigDef config) {
    return config
        .define(
            CLEANUP_POLICY,
            Type.STRING,
            CleanupPolicy.DELETE.settingName(),
            POLICIES,
            Importance.MEDIUM,
            "What becomes of old events, as in Kafka. 'delete' deletes whole segments by "
                + RETENTION_MS
                + " and "
                + RETENTION_BYTES
                + ". 'compact' keeps the latest event of each key, and all events without a key,"
                + " for ever. 'compact,delete' does both. Offsets and order never change.",
            HOW_LONG,
            1,
            Width.MEDIUM,
            "Cleanup policy",
            List.of(),
            POLICIES)
        .define(
            RETENTION_MS,
            Type.LONG,
            -1L,
            Limits.millis(1000, Long.MAX_VALUE).orMinusOne("no limit"),
            Importance.MEDIUM,
            "Sealed segments are deleted when their youngest event is older than this many"
                + " milliseconds. -1 keeps them. Those from the oldest event on that a running"
                + " scheduler has pending stay. Not with "
                + CLEANUP_POLICY
                + "=compact.",
            HOW_LONG,
            2,
            Width.MEDIUM,
            "Retention ms")
        .define(
            RETENTION_BYTES,
            Type.LONG,
            -1L,
            Limits.bytes(64 * KIB, Long.MAX_VALUE).orMinusOne("no limit"),
            Importance.MEDIUM,
            "A partition's oldest sealed segments are deleted while those that stay have at least"
                + " this many bytes. -1 keeps them. It counts for each partition. Those from the"
                + " oldest event on that a running scheduler has pending stay. Not with "
                + CLEANUP_POLICY
                + "=compact.",
            HOW_LONG,
            3,
            Width.MEDIUM,
            "Retention bytes");
  }

  private static ConfigDef compaction(ConfigDef config) {
    return config
        .define(
            DELETE_RETENTION_MS,
            Type.LONG,
            Compaction.ON.tombstonesMs(),
            Limits.millis(0, Long.MAX_VALUE),
            Importance.MEDIUM,
            "A tombstone (an event with a key and no value) stays at least this many milliseconds"
                + " after it was first compacted over, so that readers that are behind learn of"
                + " it.",
            COMPACTION,
            1,
            Width.MEDIUM,
            "Delete retention ms")
        .define(
            MIN_CLEANABLE_DIRTY_RATIO,
            Type.DOUBLE,
            Compaction.ON.dirtyRatioMin(),
            ConfigDef.Range.between(0, 1),
            Importance.MEDIUM,
            "A partition is compacted once this share of the bytes in its sealed segments has never"
                + " been. Lower means less disk and more rewriting.",
            COMPACTION,
            2,
            Width.SHORT,
            "Dirty ratio")
        .define(
            MIN_COMPACTION_LAG_MS,
            Type.LONG,
            Compaction.ON.lagMs(),
            Limits.millis(0, Long.MAX_VALUE),
            Importance.LOW,
            "A segment is not compacted before its youngest event is this many milliseconds old.",
            COMPACTION,
            3,
            Width.MEDIUM,
            "Compaction lag")
        .define(
            COMPACTION_BYTES_PER_SECOND,
            Type.LONG,
            StoreSettings.defaults().compactionBytesPerSecond(),
            Limits.bytes(64 * KIB, 1L << 40),
            Importance.LOW,
            "How many bytes compaction may read and write in a second, in each task, so that"
                + " storing events keeps its pace.",
            COMPACTION,
            4,
            Width.MEDIUM,
            "Compaction bytes per second")
        .define(
            COMPACTION_KEY_BYTES_MAX,
            Type.LONG,
            StoreSettings.defaults().compactionKeyBytesMax(),
            Limits.bytes(KIB, 16L << 30),
            Importance.LOW,
            "Memory for the keys of the partition that is being compacted, 24 bytes for each and a"
                + " third more; each task has its own. If it is not enough for all new keys, a pass"
                + " covers a part of the partition.",
            COMPACTION,
            5,
            Width.MEDIUM,
            "Compaction key bytes");
  }

  private static ConfigDef when(ConfigDef config) {
    return config
        .define(
            COMMIT_INTERVAL_MS,
            Type.LONG,
            1000L,
            Limits.millis(1, 60_000),
            Importance.MEDIUM,
            "Events are synced to disk at most this many milliseconds after they came, and readers"
                + " see them then. Offsets are committed to Kafka only for synced events, in the"
                + " worker's own rhythm (offset.flush.interval.ms).",
            WHEN,
            1,
            Width.MEDIUM,
            "Commit interval")
        .define(
            BUFFER_BYTES,
            Type.LONG,
            StoreSettings.defaults().bufferBytes(),
            Limits.bytes(MIB, 1L << 40),
            Importance.LOW,
            "Memory that a task may fill with events while the disk is behind."
                + " When it is full the task asks the worker to hold back and come again.",
            WHEN,
            2,
            Width.MEDIUM,
            "Buffer bytes");
  }
}
