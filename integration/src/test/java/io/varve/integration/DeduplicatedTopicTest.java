package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.LogStats;
import io.varve.Store;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;

/**
 * A producer sends events with message ids, many of them more than once, some delayed, some of
 * these not to be understood, while the worker is killed again and again, by SIGKILL and at random
 * moments. In the end the store has the first event of each id and no other, and the others are in
 * the stream of duplicates.
 *
 * <p>{@code -Dvarve.kill.seed=...} chooses the same moments again.
 */
final class DeduplicatedTopicTest {

  private static final String TOPIC = "payments";
  private static final String DUPLICATES = TOPIC + ".duplicates";
  private static final String DEAD = "payments-dead";
  private static final int PARTITIONS = 2;
  private static final int KILLS = Integer.getInteger("varve.kill.count", 5);
  private static final int EVENTS_PER_SHARE = 30_000;
  private static final int PAUSE_MS_MAX = 1500;
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final long SEED =
      requireNonNullElse(Long.getLong("varve.kill.seed"), System.nanoTime());

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private int ids;

  @Test
  void eachIdIsStoredOnceThoughTheWorkerIsKilledAgainAndAgain() throws Exception {
    System.out.printf("dedup: %d kills, seed %d%n", KILLS, SEED);
    Path store = folder.resolve("store");
    try (TestCluster cluster =
            TestCluster.open(
                KillTest.quick(TestCluster.builder("dedup", List.of(pluginsWithRocksDb()))));
        Connectors connectors = new Connectors(cluster.rest(), store)) {
      cluster.topics().create(TOPIC, PARTITIONS);
      cluster.topics().create(DEAD, 1);
      connectors.start("archive", connectors.sink(TOPIC, settings()));

      long before = 0;
      for (int kill = 1; kill <= KILLS; kill++) {
        List<ProducerRecord<byte[], byte[]>> share = share();
        CompletableFuture<Void> sending =
            CompletableFuture.runAsync(() -> Producers.send(cluster.bootstrap(), share));
        long last = before;
        cluster.worker().awaitReady();
        await().atMost(LIMIT).until(() -> passed(store) > last);
        int ms = random.nextInt(PAUSE_MS_MAX);
        await().pollDelay(Duration.ofMillis(ms)).atMost(LIMIT).until(() -> true);
        cluster.worker().kill();
        before = passed(store);
        System.out.printf(
            "kill %d of %d, %d ms after it went on: passed %,d offsets%n", kill, KILLS, ms, before);
        sending.join();
        cluster.worker().launch();
      }
      Producers.send(cluster.bootstrap(), share());
      cluster.worker().awaitReady();
      int sent = (KILLS + 1) * EVENTS_PER_SHARE;
      await().atMost(LIMIT).until(() -> passed(store) == sent);

      Expected expected = expected(TopicEvents.records(cluster.bootstrap(), TOPIC));
      assertThat(expected.duplicates.get(0)).hasSizeGreaterThan(sent / 20);
      assertThat(read(store, TOPIC)).isEqualTo(expected.stored);
      await().atMost(LIMIT).until(() -> read(store, DUPLICATES).equals(expected.duplicates));
      assertThat(letters(cluster)).isNotEmpty().isEqualTo(expected.dead);
    }
  }

  @Test
  void withoutTheLibraryTheSettingIsRefused() {
    Path store = folder.resolve("store");
    TestCluster cluster = TestCluster.shared();
    try (Connectors connectors = new Connectors(cluster.rest(), store)) {
      assertThat(cluster.rest().validate(connectors.sink(TOPIC, settings())))
          .containsOnlyKeys("dedup.id")
          .hasEntrySatisfying(
              "dedup.id",
              problems ->
                  assertThat(problems.toString()).contains("org.rocksdb:rocksdbjni", "folder lib"));
    }
  }

  private static String[] settings() {
    return new String[] {
      "dedup.id", "header:id",
      "dedup.ttl", "P1D",
      "dedup.duplicates.stream", "${topic}.duplicates",
      "delay.enabled", "true",
      "errors.tolerance", "all",
      "errors.deadletterqueue.topic.name", DEAD,
      "errors.deadletterqueue.topic.replication.factor", "1"
    };
  }

  /** The plugin as users unpack it, and the library beside its own. */
  private Path pluginsWithRocksDb() throws IOException, URISyntaxException {
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    PluginArchives.unpack(plugins);
    Path library =
        Path.of(RocksDB.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Files.copy(
        library,
        plugins
            .resolve("varve-connect-sink-" + System.getProperty("varve.version"))
            .resolve("lib")
            .resolve(library.getFileName()));
    return plugins;
  }

  /** Events of which a third have the id of one before in their partition. */
  private List<ProducerRecord<byte[], byte[]>> share() {
    List<ProducerRecord<byte[], byte[]>> share = new ArrayList<>();
    for (int i = 0; i < EVENTS_PER_SHARE; i++) {
      boolean again = ids > PARTITIONS && random.nextInt(3) == 0;
      int id = again ? Math.max(0, ids - 1 - random.nextInt(ids)) : ids++;
      ProducerRecord<byte[], byte[]> event =
          new ProducerRecord<>(
              TOPIC,
              id % PARTITIONS,
              EventsOfEveryKind.FROM_MS + id,
              ("key " + id).getBytes(UTF_8),
              ("payment " + id + (again ? ", sent again" : "")).getBytes(UTF_8));
      event.headers().add("id", ("id-" + id).getBytes(UTF_8));
      if (id % 10 == 3) {
        event.headers().add("deliver.at", Long.toString(due(id)).getBytes(UTF_8));
        event.headers().add("schedule.id", ("timer " + id).getBytes(UTF_8));
      } else if (id % 1000 == 7) {
        event.headers().add("deliver.after", "soon".getBytes(UTF_8));
      }
      share.add(event);
    }
    return share;
  }

  private static long due(int id) {
    return 4_000_000_000_000L + id;
  }

  /** Offsets that the logs have passed. */
  private static long passed(Path store) {
    return StoreEvents.stats(store, TOPIC, 1).stream().mapToLong(LogStats::nextOffset).sum();
  }

  /** What the store must hold, by partition, as {@link #shown}, and the dead letter queue. */
  private record Expected(
      SortedMap<Integer, List<String>> stored,
      SortedMap<Integer, List<String>> duplicates,
      Set<String> dead) {}

  private static Expected expected(SortedMap<Integer, List<ConsumerRecord<byte[], byte[]>>> sent) {
    Expected expected = new Expected(new TreeMap<>(), new TreeMap<>(), new HashSet<>());
    sent.forEach(
        (partition, records) -> {
          Set<String> seen = new HashSet<>();
          List<String> stored = new ArrayList<>();
          List<String> duplicates = new ArrayList<>();
          for (ConsumerRecord<byte[], byte[]> record : records) {
            String value = new String(record.value(), UTF_8);
            Header due = record.headers().lastHeader("deliver.at");
            if (record.headers().lastHeader("deliver.after") != null) {
              expected.dead.add(value);
            } else {
              String id = new String(record.headers().lastHeader("id").value(), UTF_8);
              String timer =
                  due == null
                      ? "at once"
                      : new String(due.value(), UTF_8)
                          + " by "
                          + new String(record.headers().lastHeader("schedule.id").value(), UTF_8);
              (seen.add(id) ? stored : duplicates)
                  .add(record.offset() + " " + id + " " + value + " " + timer);
            }
          }
          expected.stored.put(partition, stored);
          expected.duplicates.put(partition, duplicates);
        });
    return expected;
  }

  private static SortedMap<Integer, List<String>> read(Path path, String stream) {
    SortedMap<Integer, List<String>> events = new TreeMap<>();
    try (Store store = Store.openReadOnly(path)) {
      for (int partition : store.partitions(stream, 1)) {
        List<String> shown = new ArrayList<>();
        StoreEvents.forEach(
            store, new StreamPartition(stream, 1, partition), e -> shown.add(shown(e.toEvent())));
        events.put(partition, shown);
      }
    }
    return events;
  }

  private static String shown(Event event) {
    Map<String, byte[]> reserved = new TreeMap<>();
    for (Headers.Header header : event.headers().asList()) {
      if (Reserved.isReserved(header.name())) {
        reserved.put(header.name(), header.value());
      }
    }
    String timer =
        event.dueTimeMs() == Event.NOT_DELAYED
            ? "at once"
            : event.dueTimeMs() + " by " + new String(reserved.get(Reserved.SCHEDULE_ID), UTF_8);
    return event.offset()
        + " "
        + new String(event.messageId(), UTF_8)
        + " "
        + new String(event.value(), UTF_8)
        + " "
        + timer;
  }

  /** The values in the dead letter queue; one that comes again after a kill is there again. */
  private static Set<String> letters(TestCluster cluster) {
    Set<String> letters = new HashSet<>();
    TopicEvents.forEach(
        cluster.bootstrap(), DEAD, record -> letters.add(new String(record.value(), UTF_8)));
    return letters;
  }
}
