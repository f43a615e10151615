package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.replay.offsets.GroupOffsets;
import io.varve.replay.offsets.TopicOffsets;
import io.varve.replay.topic.TopicState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays by the tool to topics of a real broker, and groups' offsets translated for them. */
final class ReplayToTopicTest {

  private static final int PARTITIONS = 2;

  private final TestCluster cluster = TestCluster.shared();
  @TempDir private Path folder;
  private Path store;

  @BeforeEach
  void place() {
    store = folder.resolve("store");
  }

  /** A record of a topic, and the event that it says it is. */
  private record Placed(int from, long offset, int to, long at) {}

  private void fill(String stream, int events) {
    try (Store opened = Store.open(store, StoreSettings.defaults())) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        StreamPartition log = new StreamPartition(stream, 1, partition);
        try (LogWriter writer = opened.openWriter(log, LogSettings.defaults(), "test")) {
          for (int i = 0; i < events; i++) {
            // A gap in every tenth place, as compaction and transactions leave them.
            writer.append(event(100 + i + i / 10));
          }
        }
      }
    }
  }

  private static Event event(long offset) {
    return new Event(
        offset,
        EventsOfEveryKind.FROM_MS + offset,
        TimestampType.CREATE,
        Encoding.BYTES,
        ("key " + offset % 7).getBytes(UTF_8),
        offset % 13 == 0 ? Encoding.NONE : Encoding.BYTES,
        offset % 13 == 0 ? null : ("{\"n\":" + offset + "}").getBytes(UTF_8),
        Headers.builder()
            .add("h", ("header " + offset).getBytes(UTF_8))
            .add("none", Encoding.NONE, null)
            .build(),
        null,
        Event.NOT_DELAYED);
  }

  private Tool replay(String stream, String topic, Object... more) throws Exception {
    return Tool.run(arguments(stream, topic, more));
  }

  private Object[] arguments(String stream, String topic, Object... more) {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "replay", store, stream, "--to", topic, "--bootstrap-server", cluster.bootstrap()));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private Map<Integer, List<ConsumerRecord<byte[], byte[]>>> records(String topic) {
    return TopicEvents.records(cluster.bootstrap(), topic);
  }

  private static long number(ConsumerRecord<byte[], byte[]> record, String name) {
    return Long.parseLong(new String(record.headers().lastHeader(name).value(), UTF_8));
  }

  private List<Placed> placed(String topic) {
    List<Placed> placed = new ArrayList<>();
    records(topic)
        .values()
        .forEach(
            all ->
                all.stream()
                    .filter(record -> record.headers().lastHeader("varve.offset") != null)
                    .forEach(
                        record ->
                            placed.add(
                                new Placed(
                                    (int) number(record, "varve.partition"),
                                    number(record, "varve.offset"),
                                    record.partition(),
                                    record.offset()))));
    return placed;
  }

  private TopicOffsets offsets(Store opened, String stream, String topic) {
    return TopicOffsets.of(opened, stream, 1, TopicState.of(cluster.topics().admin(), topic));
  }

  @Test
  void aFilteredReplayIsWhatTheStoreHasAndOffsetsAreTranslatedForIt() throws Exception {
    fill("thirds", 300);
    cluster.topics().create("thirds", PARTITIONS);
    cluster.topics().create("thirds-again", PARTITIONS);

    Tool run =
        replay("thirds", "thirds-again", "--where", "value.n % 3 == 0", "--from-offset", "150");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    List<Event> wanted = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Event event = event(100 + i + i / 10);
      if (event.value() != null && event.offset() % 3 == 0 && event.offset() >= 150) {
        wanted.add(event);
      }
    }
    assertThat(run.out()).isEqualTo(2 * wanted.size() + " events to thirds-again\n");
    records("thirds-again")
        .forEach(
            (partition, records) ->
                assertThat(records)
                    .extracting(ReplayToTopicTest::shown)
                    .isEqualTo(
                        wanted.stream().map(event -> shown(event, "thirds", partition)).toList()));

    try (Store opened = Store.openReadOnly(store)) {
      TopicOffsets known = offsets(opened, "thirds", "thirds-again");
      assertThat(known.unknown()).as("what has to be read from headers").isZero();
      assertExact(known, placed("thirds-again"));
    }
    assertThat(Tool.run("verify", store).exitCode()).isZero();
    translatesGroups(wanted.get(20).offset());
  }

  /** A group that has read the original topic to an event, and its way there and back. */
  private void translatesGroups(long offset) throws Exception {
    TopicPartition original = new TopicPartition("thirds", 0);
    commit("billing", Map.of(original, offset));
    Object[] arguments = {
      "offsets",
      "translate",
      store,
      "thirds",
      "thirds-again",
      "billing",
      "--bootstrap-server",
      cluster.bootstrap()
    };

    Tool there = Tool.run(with(arguments, "--commit", "--to", "billing-again"));

    assertThat(there.exitCode()).as(there.toString()).isZero();
    assertThat(there.out().lines().skip(1).map(line -> line.split(" +")[2]))
        .containsExactly("20", "0");
    TopicPartition again = new TopicPartition("thirds-again", 0);
    assertThat(committed("billing-again", again)).isEqualTo(20);
    commit("billing-again", Map.of(again, 31L, new TopicPartition("thirds-again", 1), 0L));
    arguments[5] = "billing-again";
    Tool back = Tool.run(with(arguments, "--back", "--commit", "--into", "store", "--json"));
    assertThat(back.exitCode()).as(back.toString()).isZero();
    try (GroupOffsets stored = GroupOffsets.open(store)) {
      assertThat(stored.committed("billing-again").get(original).offset())
          .isEqualTo(number(records("thirds-again").get(0).get(31), "varve.offset"));
    }
    try (KafkaConsumer<byte[], byte[]> member = consumer("billing-again")) {
      member.subscribe(List.of("thirds-again"));
      await().until(() -> !member.poll(Duration.ofMillis(100)).isEmpty());
      Tool busy = Tool.run(with(arguments, "--back", "--commit", "--to", "billing-again"));
      assertThat(busy.exitCode()).as(busy.toString()).isEqualTo(2);
      assertThat(busy.err()).contains("without members").hasLineCount(1);
    }
    arguments[5] = "nobody";
    Tool none = Tool.run(arguments);
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("has committed no offsets of thirds");
  }

  private static Object[] with(Object[] arguments, Object... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray();
  }

  private void commit(String group, Map<TopicPartition, Long> offsets) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
    offsets.forEach((partition, offset) -> all.put(partition, new OffsetAndMetadata(offset)));
    cluster.topics().admin().alterConsumerGroupOffsets(group, all).all().get();
  }

  private long committed(String group, TopicPartition partition) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(group)) {
      return consumer.committed(Set.of(partition)).get(partition).offset();
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer(String group) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            cluster.bootstrap(),
            "group.id",
            group,
            "auto.offset.reset",
            "earliest"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static String shown(ConsumerRecord<byte[], byte[]> record) {
    StringBuilder shown = new StringBuilder();
    shown.append(record.timestamp()).append(' ').append(new String(record.key(), UTF_8));
    shown.append(' ').append(record.value() == null ? null : new String(record.value(), UTF_8));
    StreamSupport.stream(record.headers().spliterator(), false)
        .forEach(
            header ->
                shown
                    .append(' ')
                    .append(header.key())
                    .append('=')
                    .append(header.value() == null ? null : new String(header.value(), UTF_8)));
    return shown.toString();
  }

  private static String shown(Event event, String stream, int partition) {
    return "%d %s %s h=header %d none=null varve.stream=%s varve.generation=1 varve.partition=%d varve.offset=%d"
        .formatted(
            event.timestampMs(),
            new String(event.key(), UTF_8),
            new String(event.value(), UTF_8),
            event.offset(),
            stream,
            partition,
            event.offset());
  }

  /** By keys, with other people's records among them, and a second replay of a part. */
  @Test
  void whatTheStoreDoesNotKnowIsReadFromTheHeaders() throws Exception {
    fill("mixed", 200);
    cluster.topics().create("mixed-again", 3);
    assertThat(replay("mixed", "mixed-again").exitCode())
        .as("two partitions fit in three")
        .isZero();
    Producers.send(
        cluster.bootstrap(),
        List.of(new ProducerRecord<>("mixed-again", 0, null, "of others".getBytes(UTF_8))));

    Tool byKey =
        replay("mixed", "mixed-again", "--no-keep-partition", "--to-offset", "200", "--json");

    assertThat(byKey.exitCode()).as(byKey.toString()).isZero();
    assertThat(byKey.out()).contains("\"events\":182").contains("\"0\":200");
    List<Placed> truth = placed("mixed-again");
    assertThat(truth).hasSize(400 + 182);
    assertThat(truth).extracting(Placed::to).contains(0, 1, 2);
    try (Store opened = Store.openReadOnly(store);
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers", cluster.bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
      TopicOffsets known = offsets(opened, "mixed", "mixed-again");
      assertThat(known.unknown()).isPositive();
      known.readHeaders(consumer, done -> {});
      assertExact(known, truth);
      TopicOffsets kept = offsets(opened, "mixed", "mixed-again");
      assertThat(kept.unknown()).as("it is read once").isZero();
      assertExact(kept, truth);
    }
  }

  /** For every position: the first record with an unread event, the lowest unread event. */
  private static void assertExact(TopicOffsets known, List<Placed> truth) {
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      Map<Integer, Long> positions = new HashMap<>();
      for (int partition = 0; partition < 3; partition++) {
        positions.put(partition, (long) random.nextInt(450));
      }
      Map<Integer, Long> unread = new TreeMap<>();
      Map<Integer, Long> lowest = new TreeMap<>();
      for (Placed each : truth) {
        if (each.offset() >= positions.get(each.from())) {
          unread.merge(each.to(), each.at(), Math::min);
        }
        if (each.at() >= positions.get(each.to())) {
          lowest.merge(each.from(), each.offset(), Math::min);
        }
      }
      assertThat(known.inTopic(positions)).as("%s", positions).containsAllEntriesOf(unread);
      assertThat(known.inStream(positions)).as("%s", positions).containsAllEntriesOf(lowest);
    }
  }

  @Test
  void aKilledReplayGoesOnAndOffsetsAreNeverTooFarOn() throws Exception {
    fill("killed", 60_000);
    cluster.topics().create("killed-again", PARTITIONS);
    Process process =
        Tool.start(
            folder.resolve("err"),
            arguments(
                "killed",
                "killed-again",
                "--command-property",
                "batch.size=0",
                "--command-property",
                "linger.ms=0"));
    try {
      await().atMost(Duration.ofMinutes(1)).until(() -> !process.isAlive() || hasTable());
    } finally {
      process.destroyForcibly().waitFor();
    }
    long before = placed("killed-again").size();

    Tool run = replay("killed", "killed-again", "--resume");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    List<Placed> truth = placed("killed-again");
    assertThat(before).isPositive().isLessThanOrEqualTo(truth.size());
    for (int partition = 0; partition < PARTITIONS; partition++) {
      int of = partition;
      Set<Long> there = new HashSet<>();
      truth.stream().filter(each -> each.from() == of).forEach(each -> there.add(each.offset()));
      assertThat(there).as("events of partition %s", partition).hasSize(60_000);
    }
    try (Store opened = Store.openReadOnly(store)) {
      TopicOffsets known = offsets(opened, "killed", "killed-again");
      try (KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(
              Map.of("bootstrap.servers", cluster.bootstrap()),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer())) {
        known.readHeaders(consumer, done -> {});
      }
      Random random = new Random(5);
      for (int i = 0; i < 50; i++) {
        long position = random.nextInt(70_000);
        long found = known.inTopic(Map.of(0, position)).get(0);
        assertThat(
                truth.stream()
                    .filter(each -> each.from() == 0 && each.at() < found)
                    .noneMatch(each -> each.offset() >= position))
            .as("no event from %s on before %s", position, found)
            .isTrue();
      }
    }
  }

  @Test
  void anInterruptedReplayTellsWhereToGoOnAndRepeatsNothing() throws Exception {
    int events = 150_000; // Some seconds, one by one.
    fill("stopped", events);
    cluster.topics().create("stopped-again", PARTITIONS);
    Path err = folder.resolve("err");
    Process process =
        Tool.start(
            err,
            arguments(
                "stopped",
                "stopped-again",
                "--command-property",
                "batch.size=0",
                "--command-property",
                "linger.ms=0"));
    try {
      await().atMost(Duration.ofMinutes(1)).until(() -> !process.isAlive() || hasTable());
      process.destroy(); // As Ctrl-C does.
      process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as("it was still at it").isNotZero();
    String told = Files.readString(err);
    assertThat(told).contains("go on with --resume", "stopped/0 next offset", "interrupted");
    long before = placed("stopped-again").size();

    Tool run = replay("stopped", "stopped-again", "--resume");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out())
        .isEqualTo(
            "%,d events to stopped-again\n".formatted(2 * events - before).replace(',', ' '));
    List<Placed> truth = placed("stopped-again");
    assertThat(truth).hasSize(2 * events);
    assertThat(truth.stream().map(each -> each.from() + "/" + each.offset()).distinct())
        .hasSize(2 * events);
    try (Store opened = Store.openReadOnly(store)) {
      assertThat(offsets(opened, "stopped", "stopped-again").unknown()).isZero();
    }
  }

  @Test
  void whatTheSourceConnectorReplaysIsTranslatedByItsHeaders() throws Exception {
    fill("connected", 500);
    cluster.topics().create("connected-again", PARTITIONS);
    try (Connectors connectors = new Connectors(cluster.rest(), store)) {
      connectors.start(
          "connected",
          connectors.source("connected", "${stream}-again", "origin.headers", "bytes"));
      await()
          .atMost(Connectors.LIMIT)
          .until(() -> TopicEvents.count(cluster.bootstrap(), "connected-again") == 1000);
    }
    long read = event(100 + 200 + 200 / 10).offset();
    cluster.topics().create("connected", PARTITIONS);
    commit("reader", Map.of(new TopicPartition("connected", 0), read));

    Tool run =
        Tool.run(
            "offsets",
            "translate",
            store,
            "connected",
            "connected-again",
            "reader",
            "--bootstrap-server",
            cluster.bootstrap());

    assertThat(run.exitCode()).as(run.toString()).isZero();
    long at =
        placed("connected-again").stream()
            .filter(each -> each.from() == 0 && each.offset() == read)
            .findFirst()
            .orElseThrow()
            .at();
    assertThat(run.out().lines().toList().get(1).split(" +"))
        .containsSubsequence("connected-again", "0", String.valueOf(at));
  }

  @Test
  void aGroupsOffsetsGoIntoTheStoreAndToAnotherGroup() throws Exception {
    fill("moved", 1000);
    cluster.topics().create("moved", PARTITIONS);
    TopicPartition partition = new TopicPartition("moved", 1);
    long read = event(10).offset();
    commit("mover", Map.of(partition, read));

    Tool taken =
        Tool.run("offsets", "import", store, "mover", "--bootstrap-server", cluster.bootstrap());
    Tool given =
        Tool.run(
            "offsets",
            "export",
            store,
            "mover",
            "--to",
            "mover-again",
            "--bootstrap-server",
            cluster.bootstrap());

    assertThat(taken.exitCode()).as(taken.toString()).isZero();
    assertThat(taken.out().lines().skip(1).map(line -> line.trim().split(" +")))
        .containsExactly(new String[] {"mover", "moved", "1", "" + read, "" + read});
    try (GroupOffsets stored = GroupOffsets.open(store)) {
      assertThat(stored.committed("mover").get(partition).offset()).isEqualTo(read);
    }
    assertThat(given.exitCode()).as(given.toString()).isZero();
    assertThat(given.out().lines().skip(1).map(line -> line.trim().split(" +")))
        .containsExactly(new String[] {"mover-again", "moved", "1", "" + read});
    assertThat(committed("mover-again", partition)).isEqualTo(read);
  }

  private boolean hasTable() throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files.anyMatch(file -> file.toString().endsWith(".offsets"));
    }
  }

  @Test
  void saysWhatIsWrongWithTheTopic() throws Exception {
    fill("wrong", 10);
    cluster.topics().create("wrong-again", 1);

    Tool few = replay("wrong", "wrong-again");
    Tool missing = replay("wrong", "wrong-missing");
    Tool foreign =
        Tool.run(
            "offsets",
            "translate",
            store,
            "wrong",
            "wrong-again",
            "g",
            "--bootstrap-server",
            cluster.bootstrap());

    assertThat(few.exitCode()).isEqualTo(2);
    assertThat(few.err()).contains("1 partitions").contains("--no-keep-partition").hasLineCount(1);
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err()).contains("wrong-missing").hasLineCount(1);
    assertThat(foreign.exitCode()).isEqualTo(2);
    assertThat(foreign.err()).contains("origin.headers=bytes");
  }
}
