package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.LogStats;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A compacted topic in a compacted archive: what stays is the latest event of each key, tombstones
 * too, at the offsets that Kafka gave, though the worker is killed while a pass is under way.
 */
final class CompactedTopicTest {

  private static final String TOPIC = "accounts";
  private static final int PARTITIONS = 2;
  private static final int KEYS = 300;
  private static final int EVENTS = 4_000;

  /** So slow that writing one segment anew takes longer than seeing it and killing the worker. */
  private static final String SLOW_BYTES_PER_SECOND = "65536";

  private final Random random = new Random(1);
  @TempDir Path folder;

  @Test
  void latestEventsStayAtTheirOffsetsThoughTheWorkerIsKilledDuringAPass() {
    Path store = folder.resolve("store");
    try (TestCluster cluster = TestCluster.open(KillTest.builder("compacted"));
        Connectors connectors = new Connectors(cluster.rest(), store)) {
      cluster.topics().create(TOPIC, PARTITIONS, Map.of("cleanup.policy", "compact"));
      Map<String, String> sink =
          connectors.sink(
              TOPIC,
              "cleanup.policy",
              "compact",
              "min.cleanable.dirty.ratio",
              "0",
              "segment.bytes",
              "262144",
              "segment.ms",
              "1000");
      connectors.start(
          "archive", Connectors.with(sink, "compaction.bytes.per.second", SLOW_BYTES_PER_SECOND));
      Producers.send(cluster.bootstrap(), events(EVENTS / 2));
      await().atMost(Connectors.LIMIT).until(() -> nextOffsets(store) == EVENTS / 2);
      await()
          .atMost(Connectors.LIMIT)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> isBeingWrittenAnew(store));
      cluster.worker().kill();

      assertThat(isBeingWrittenAnew(store)).as("what the killed pass has left").isTrue();
      assertThat(latest(stored(store))).isEqualTo(latest(sent(cluster)));

      cluster.worker().launch();
      cluster.worker().awaitReady();
      Producers.send(cluster.bootstrap(), events(EVENTS / 2));
      connectors.start("archive", sink);
      SortedMap<Integer, List<String>> compacted = latest(sent(cluster));
      await()
          .atMost(Connectors.LIMIT)
          .untilAsserted(() -> assertThat(shown(stored(store))).isEqualTo(compacted));
      assertThat(compacted.get(0)).hasSizeBetween(KEYS / 2, EVENTS / 10);

      cluster.topics().create(TOPIC + "-back", PARTITIONS);
      connectors.start("replay", connectors.source(TOPIC, "${stream}-back"));
      await()
          .atMost(Connectors.LIMIT)
          .untilAsserted(
              () ->
                  assertThat(TopicEvents.read(cluster.bootstrap(), TOPIC + "-back"))
                      .isEqualTo(StoreEvents.read(store, TOPIC, 1)));
    }
  }

  /** They overwrite keys, and delete some. */
  private List<ProducerRecord<byte[], byte[]>> events(int count) {
    List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int key = random.nextInt(KEYS);
      byte[] value = new byte[600 + random.nextInt(800)];
      random.nextBytes(value);
      events.add(
          new ProducerRecord<>(
              TOPIC,
              key % PARTITIONS,
              EventsOfEveryKind.FROM_MS + i,
              ("account " + key).getBytes(UTF_8),
              random.nextInt(4) == 0 ? null : value));
    }
    return events;
  }

  private record Stored(String key, String shown) {

    static Stored of(long offset, long timestampMs, byte[] key, byte[] value) {
      String keyShown = SeenEvent.shown(key);
      return new Stored(
          keyShown, offset + " " + timestampMs + " " + keyShown + " " + SeenEvent.shown(value));
    }
  }

  /** What Kafka has; its own compaction may have begun. */
  private static SortedMap<Integer, List<Stored>> sent(TestCluster cluster) {
    SortedMap<Integer, List<Stored>> sent = new TreeMap<>();
    TopicEvents.records(cluster.bootstrap(), TOPIC)
        .forEach(
            (partition, records) ->
                sent.put(partition, records.stream().map(each -> of(each)).toList()));
    return sent;
  }

  private static Stored of(ConsumerRecord<byte[], byte[]> record) {
    return Stored.of(record.offset(), record.timestamp(), record.key(), record.value());
  }

  private static Stored of(EventView event) {
    return Stored.of(event.offset(), event.timestampMs(), event.key(), event.value());
  }

  private static SortedMap<Integer, List<Stored>> stored(Path path) {
    SortedMap<Integer, List<Stored>> stored = new TreeMap<>();
    try (Store store = Store.openReadOnly(path)) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        List<Stored> events = new ArrayList<>();
        StoreEvents.forEach(
            store, new StreamPartition(TOPIC, 1, partition), event -> events.add(of(event)));
        stored.put(partition, events);
      }
    }
    return stored;
  }

  private static SortedMap<Integer, List<String>> shown(SortedMap<Integer, List<Stored>> events) {
    SortedMap<Integer, List<String>> shown = new TreeMap<>();
    events.forEach(
        (partition, of) -> shown.put(partition, of.stream().map(Stored::shown).toList()));
    return shown;
  }

  /** The latest event of each key, by their offsets. */
  private static SortedMap<Integer, List<String>> latest(SortedMap<Integer, List<Stored>> events) {
    SortedMap<Integer, List<Stored>> latest = new TreeMap<>();
    events.forEach(
        (partition, of) -> {
          Map<String, Stored> byKey = new LinkedHashMap<>();
          of.forEach(
              event -> {
                byKey.remove(event.key());
                byKey.put(event.key(), event);
              });
          latest.put(partition, List.copyOf(byKey.values()));
        });
    return shown(latest);
  }

  private static long nextOffsets(Path store) {
    return StoreEvents.stats(store, TOPIC, 1).stream().mapToLong(LogStats::nextOffset).sum();
  }

  /** Whether there is a segment that compaction writes and no manifest names yet. */
  private static boolean isBeingWrittenAnew(Path path) {
    if (!Store.exists(path)) {
      return false;
    }
    try (Store store = Store.openReadOnly(path)) {
      for (StreamPartition log : store.logs()) {
        Path files = path.resolve("streams/%s/g1/p%d".formatted(TOPIC, log.partition()));
        Set<String> anew;
        try (Stream<Path> names = Files.list(files)) {
          anew =
              names
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.matches("[0-9]+-[0-9]+r[0-9]+\\.log"))
                  .collect(Collectors.toSet());
        }
        // A name that was there before the manifest was read and is not in it.
        Manifest manifest = store.backupSource().log(log).manifests().load();
        for (List<SegmentEntry> named : List.of(manifest.segments(), manifest.retired())) {
          named.forEach(segment -> anew.remove(segment.fileName()));
        }
        if (!anew.isEmpty()) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
