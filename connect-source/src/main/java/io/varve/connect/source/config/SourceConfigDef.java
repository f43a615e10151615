package io.varve.connect.source.config;

import io.varve.connect.common.config.Choices;
import io.varve.connect.common.config.Limits;
import io.varve.connect.common.config.NameFormat;
import io.varve.connect.common.config.PointInTime;
import io.varve.connect.common.config.StorePath;
import io.varve.query.EventFilter;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Width;

/** The settings of the source connector, as a worker shows and checks them. */
public final class SourceConfigDef {

  public static final String STORE_PATH = "store.path";
  public static final String STREAMS = "streams";
  public static final String GENERATION = "generation";
  public static final String REFRESH_INTERVAL_MS = "streams.refresh.interval.ms";
  public static final String MODE = "mode";
  public static final String START_OFFSET = "start.offset";
  public static final String START_TIME = "start.time";
  public static final String END_OFFSET = "end.offset";
  public static final String END_TIME = "end.time";
  public static final String FILTER = "filter";
  public static final String PROGRESS_TOPIC = "progress.topic";
  public static final String PROGRESS_INTERVAL_MS = "progress.interval.ms";
  public static final String TOPIC_FORMAT = "topic.format";
  public static final String KEEP_PARTITION = "keep.partition";
  public static final String KEEP_TIMESTAMP = "keep.timestamp";
  public static final String ORIGIN_HEADERS = "origin.headers";
  public static final String SPEED = "speed";
  public static final String SPEED_GAP_MS_MAX = "speed.gap.max.ms";
  public static final String POLL_EVENTS_MAX = "poll.events.max";
  public static final String POLL_BYTES_MAX = "poll.bytes.max";
  public static final String TRANSACTION_INTERVAL_MS = "transaction.interval.ms";
  public static final String TRANSACTION_EVENTS_MAX = "transaction.events.max";
  public static final String TRANSACTION_BYTES_MAX = "transaction.bytes.max";

  private static final Choices ORIGINS = Choices.of("bytes", "typed", "none");
  private static final Choices MODES =
      Choices.of(Mode.REPLAY.text(), Mode.TAIL.text(), Mode.SCHEDULED.text());

  private static final String STORE = "Store";
  private static final String RANGE = "Range";
  private static final String FILTERING = "Filtering";
  private static final String OUTPUT = "Output";
  private static final String BATCHES = "Batches";

  private SourceConfigDef() {}

  /** A new definition with all settings. */
  public static ConfigDef create() {
    ConfigDef def = new ConfigDef();
    defineStore(def);
    defineRange(def);
    defineFilter(def);
    defineOutput(def);
    ScheduleConfig.define(def);
    defineBatches(def);
    return def;
  }

  private static void defineStore(ConfigDef def) {
    def.define(
        STORE_PATH,
        Type.STRING,
        ConfigDef.NO_DEFAULT_VALUE,
        StorePath.forReading(),
        Importance.HIGH,
        "Folder of the store to replay from. It is only read, but with mode=scheduled, which writes"
            + " ready logs there. Every worker that may run a task needs it at this path.",
        STORE,
        1,
        Width.LONG,
        "Store path",
        List.of(STREAMS));
    def.define(
        STREAMS,
        Type.STRING,
        ConfigDef.NO_DEFAULT_VALUE,
        new ReadableText(StreamSelection::parse, StreamSelection.ALLOWED),
        Importance.HIGH,
        "Streams to replay: names separated by commas, or one regular expression that a stream's whole"
            + " name must match. It is a list if every part between commas consists of letters, digits,"
            + " dots, underscores and hyphens only; anything else is an expression. With mode=tail and"
            + " mode=scheduled, streams that appear later are picked up while running.",
        STORE,
        2,
        Width.LONG,
        "Streams",
        List.of(),
        Recommenders.STREAMS);
    def.define(
        GENERATION,
        Type.STRING,
        "latest",
        new ReadableText(GenerationChoice::parse, "latest, all, or a number from 1"),
        Importance.LOW,
        "Which generations of a stream to replay. A generation ends when its topic is deleted and made"
            + " again, so that offsets start anew. With latest and mode=tail, a generation that appears"
            + " later is replayed after the one before it; with mode=scheduled, beside it.",
        STORE,
        3,
        Width.SHORT,
        "Generation",
        List.of(),
        Recommenders.words("latest", "all"));
    def.define(
        REFRESH_INTERVAL_MS,
        Type.LONG,
        10_000L,
        Limits.millis(100, 86_400_000),
        Importance.LOW,
        "With mode=tail and mode=scheduled: how often, in milliseconds, to look for new streams,"
            + " partitions and generations.",
        STORE,
        4,
        Width.SHORT,
        "Refresh interval",
        List.of(),
        Recommenders.onlyIn(Mode.TAIL, Mode.SCHEDULED));
  }

  private static void defineRange(ConfigDef def) {
    def.define(
        MODE,
        Type.STRING,
        Mode.REPLAY.text(),
        MODES,
        Importance.HIGH,
        "replay ends at what the store held when the replay began, or earlier if an end is set; the"
            + " tasks then stay idle. tail follows what is archived, for ever. scheduled delivers delayed"
            + " events when they are due, and nothing else.",
        RANGE,
        1,
        Width.SHORT,
        "Mode",
        List.of(
            END_OFFSET,
            END_TIME,
            FILTER,
            PROGRESS_TOPIC,
            REFRESH_INTERVAL_MS,
            ScheduleConfig.OVERDUE),
        MODES);
    offset(
        def,
        START_OFFSET,
        2,
        "First offset to replay, in every partition. Not with mode=scheduled.",
        Mode.REPLAY,
        Mode.TAIL);
    time(
        def,
        START_TIME,
        3,
        "Replay events with this timestamp or a later one, wherever they stand in the log. Events"
            + " without a timestamp are left out. Not with mode=scheduled.",
        Mode.REPLAY,
        Mode.TAIL);
    offset(
        def,
        END_OFFSET,
        4,
        "First offset not to replay any more, in every partition. Only with mode=replay.",
        Mode.REPLAY);
    time(
        def,
        END_TIME,
        5,
        "Replay events with an earlier timestamp than this, wherever they stand in the log. Only with"
            + " mode=replay.",
        Mode.REPLAY);
  }

  private static void defineFilter(ConfigDef def) {
    def.define(
        FILTER,
        Type.STRING,
        null,
        new ReadableText(
            EventFilter::compile, "an expression in CEL that is true of the events to replay"),
        Importance.MEDIUM,
        "Replay events of which this is true, an expression in CEL such as value.customer_id == 42 &&"
            + " value.total > 100.0; it has value, key, timestamp, offset, partition, stream and headers."
            + " The others are passed by, and those that a field index rules out are not even read. Not"
            + " with mode=scheduled.",
        FILTERING,
        1,
        Width.LONG,
        "Filter",
        List.of(),
        Recommenders.onlyIn(Mode.REPLAY, Mode.TAIL));
    def.define(
        PROGRESS_TOPIC,
        Type.STRING,
        null,
        new ReadableText(SourceConfigDef::topic, NameFormat.LEGAL),
        Importance.LOW,
        "Topic to which a small record with a partition's position is sent when events have been passed"
            + " by for progress.interval.ms, and at the end of a replay: Connect keeps a position only"
            + " with a record. If it is not set, a restart looks again at what was passed by since the"
            + " last event. Not with mode=scheduled.",
        FILTERING,
        2,
        Width.MEDIUM,
        Recommenders.title(PROGRESS_TOPIC),
        List.of(PROGRESS_INTERVAL_MS),
        Recommenders.onlyIn(Mode.REPLAY, Mode.TAIL));
    def.define(
        PROGRESS_INTERVAL_MS,
        Type.LONG,
        10_000L,
        Limits.millis(100, 86_400_000),
        Importance.LOW,
        "With progress.topic: after how many milliseconds without an event of a partition its position"
            + " is sent there, if it has moved. Not with mode=scheduled.",
        FILTERING,
        3,
        Width.SHORT,
        "Progress interval",
        List.of(),
        Recommenders.onlyIn(Mode.REPLAY, Mode.TAIL));
  }

  private static String topic(String text) {
    if (!NameFormat.isLegal(text)) {
      throw new IllegalArgumentException(text);
    }
    return text;
  }

  private static void offset(ConfigDef def, String name, int order, String doc, Mode... only) {
    def.define(
        name,
        Type.LONG,
        null,
        Limits.plain(0, Long.MAX_VALUE),
        Importance.MEDIUM,
        doc,
        RANGE,
        order,
        Width.SHORT,
        Recommenders.title(name),
        List.of(),
        Recommenders.onlyIn(only));
  }

  private static void time(ConfigDef def, String name, int order, String doc, Mode... only) {
    def.define(
        name,
        Type.STRING,
        null,
        PointInTime.validator(),
        Importance.MEDIUM,
        doc,
        RANGE,
        order,
        Width.MEDIUM,
        Recommenders.title(name),
        List.of(),
        Recommenders.onlyIn(only));
  }

  private static void defineOutput(ConfigDef def) {
    def.define(
        TOPIC_FORMAT,
        Type.STRING,
        "${stream}",
        NameFormat.validator("stream"),
        Importance.HIGH,
        "Name of the topic to replay a stream into; ${stream} stands for the stream's name."
            + " The topic needs as many partitions as the stream has unless keep.partition=false."
            + " Mind that a sink may be archiving the topic of the stream's own name.",
        OUTPUT,
        1,
        Width.MEDIUM,
        "Topic format");
    def.define(
        KEEP_PARTITION,
        Type.BOOLEAN,
        null,
        Importance.LOW,
        "Whether an event goes to the partition that it was archived from. If false, the producer"
            + " chooses, by key. If it is not set, events keep their partitions, but with mode=scheduled."
            + " An event with a topic of its own to be delivered to goes by its key in any case.",
        OUTPUT,
        2,
        Width.SHORT,
        "Keep partition");
    def.define(
        KEEP_TIMESTAMP,
        Type.BOOLEAN,
        true,
        Importance.LOW,
        "Whether an event keeps its timestamp. If false, it gets the time at which it is replayed. A"
            + " topic with message.timestamp.type=LogAppendTime always sets its own. Not with"
            + " mode=scheduled, where an event has the time at which it was released.",
        OUTPUT,
        3,
        Width.SHORT,
        "Keep timestamp");
    def.define(
        ORIGIN_HEADERS,
        Type.STRING,
        null,
        ORIGINS,
        Importance.LOW,
        "In what form a record has the headers varve.stream, varve.generation, varve.partition and"
            + " varve.offset, which tell its event, and with mode=scheduled varve.due.ms and"
            + " varve.lateness.ms: bytes is text, for the ByteArrayConverter; typed is a string and 64-bit"
            + " integers, for other header converters; none leaves them out. By bytes, offsets of groups"
            + " can be translated with varve offsets. If it is not set, they are left out, but with"
            + " mode=scheduled they are bytes.",
        OUTPUT,
        4,
        Width.SHORT,
        "Headers of origin",
        List.of(),
        ORIGINS);
    def.define(
        SPEED,
        Type.STRING,
        "max",
        new ReadableText(Speed::parseFactor, "max, or a factor from 0.000001 to 1000000000"),
        Importance.MEDIUM,
        "How fast to replay: max, or a factor of the original pace by the events' timestamps, 1.0 as it"
            + " happened, 60 an hour in a minute. Each task keeps its own pace, beginning when it"
            + " starts. An event behind its time (out of order) is sent at once. Not with mode=scheduled.",
        OUTPUT,
        5,
        Width.SHORT,
        "Speed",
        List.of(SPEED_GAP_MS_MAX),
        Recommenders.words("max", "1.0"));
    def.define(
        SPEED_GAP_MS_MAX,
        Type.LONG,
        -1L,
        Limits.millis(0, Long.MAX_VALUE).orMinusOne("no limit"),
        Importance.LOW,
        "Longest wait between two events in milliseconds when speed is a factor, so that a quiet time"
            + " or one timestamp far ahead doesn't hold up the replay. Not with mode=scheduled.",
        OUTPUT,
        6,
        Width.SHORT,
        "Longest gap");
  }

  private static void defineBatches(ConfigDef def) {
    count(
        def,
        POLL_EVENTS_MAX,
        1,
        20_000,
        "Events in one poll at most. With transaction.boundary=poll, each poll is a transaction.");
    bytes(def, POLL_BYTES_MAX, 2, 1L << 20, "Bytes of keys and values in one poll, about.");
    def.define(
        TRANSACTION_INTERVAL_MS,
        Type.LONG,
        null,
        Limits.millis(0, 500),
        Importance.LOW,
        "With transaction.boundary=connector: how long, in milliseconds, to gather events for one"
            + " transaction when they come slowly, and about how long sending one may take. More means"
            + " fewer transactions, and events seen later. If it is not set, it is 250, and with"
            + " mode=scheduled 0: what is due is delivered at once, and what falls due while a transaction"
            + " is being committed goes with the next.",
        BATCHES,
        3,
        Width.SHORT,
        Recommenders.title(TRANSACTION_INTERVAL_MS));
    count(
        def,
        TRANSACTION_EVENTS_MAX,
        4,
        200_000,
        "With transaction.boundary=connector: events in one transaction at most. The worker holds them"
            + " in memory until it is committed.");
    bytes(
        def,
        TRANSACTION_BYTES_MAX,
        5,
        32L << 20,
        "With transaction.boundary=connector: bytes of keys and values in one transaction, about. The"
            + " worker holds them in memory until it is committed.");
  }

  private static void count(ConfigDef def, String name, int order, int value, String doc) {
    def.define(
        name,
        Type.INT,
        value,
        Limits.plain(1, 10_000_000),
        Importance.LOW,
        doc,
        BATCHES,
        order,
        Width.SHORT,
        Recommenders.title(name));
  }

  private static void bytes(ConfigDef def, String name, int order, long value, String doc) {
    def.define(
        name,
        Type.LONG,
        value,
        Limits.bytes(1, 1L << 30),
        Importance.LOW,
        doc,
        BATCHES,
        order,
        Width.SHORT,
        Recommenders.title(name));
  }
}
