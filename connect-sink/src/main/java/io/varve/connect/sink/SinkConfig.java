package io.varve.connect.sink;

import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
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
  static final String SEGMENT_BYTES = "segment.bytes";
  static final String SEGMENT_MS = "segment.ms";
  static final String EVENT_BYTES_MAX = "event.bytes.max";
  static final String RETENTION_MS = "retention.ms";
  static final String RETENTION_BYTES = "retention.bytes";
  static final String COMMIT_INTERVAL_MS = "commit.interval.ms";
  static final String BUFFER_BYTES = "buffer.bytes";

  private static final String WHERE = "Where";
  private static final String HOW = "How it is stored";
  private static final String HOW_LONG = "How long it is kept";
  private static final String WHEN = "When it is durable";

  /** The placeholder of {@link #STREAM_FORMAT}. */
  static final String TOPIC = "topic";

  private static final Choices RECREATED =
      Choices.of(RecreatedTopics.settingNames().toArray(String[]::new));
  private static final Choices CODECS = Choices.of(Codec.settingNames().toArray(String[]::new));

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  static final ConfigDef DEFINITION = where(how(howLong(when(new ConfigDef()))));

  private SinkConfig() {}

  private static ConfigDef where(ConfigDef config) {
    return config
        .define(
            STORE_PATH,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            StorePath.forWriting(),
            Importance.HIGH,
            "The store's folder, as an absolute path. It is made when the first task starts. It belongs on a local disk or a volume of the"
                + " worker's own. Sinks, sources and other programs may share one store, as long as"
                + " no two connectors write the same stream.",
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
                + " generation before stays replayable. 'fail' fails the task. 'ignore' never looks:"
                + " for connectors whose transforms give another result each time.",
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
            "Largest event");
  }

  private static ConfigDef howLong(ConfigDef config) {
    return config
        .define(
            RETENTION_MS,
            Type.LONG,
            -1L,
            Limits.millis(1000, Long.MAX_VALUE).orMinusOne("no limit"),
            Importance.MEDIUM,
            "Sealed segments are deleted when their youngest event is older than this many"
                + " milliseconds. -1 keeps them.",
            HOW_LONG,
            1,
            Width.MEDIUM,
            "Retention ms")
        .define(
            RETENTION_BYTES,
            Type.LONG,
            -1L,
            Limits.bytes(64 * KIB, Long.MAX_VALUE).orMinusOne("no limit"),
            Importance.MEDIUM,
            "A partition's oldest sealed segments are deleted while those that stay have at least"
                + " this many bytes. -1 keeps them. It counts for each partition.",
            HOW_LONG,
            2,
            Width.MEDIUM,
            "Retention bytes");
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
