package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.LogStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full holds the sink up and costs nothing else. */
final class DiskFullTest {
  private static final int DISK_MB = 32;
  private static final int FILLER_MB = 24;
  private static final int EVENTS = 16_000;
  private static final int VALUE_BYTES = 1000;

  private final TestCluster cluster = TestCluster.shared();

  @TempDir Path folder;

  @Test
  void sinkWaitsWhileTheDiskIsFullAndLosesNothing() throws IOException {
    try (Tmpfs disk = mountOrSkip()) {
      Path filler = disk.folder().resolve("filler");
      Files.write(filler, new byte[FILLER_MB << 20]);
      Path store = disk.folder().resolve("store");
      try (Connectors connectors = new Connectors(cluster.rest(), store)) {
        cluster.topics().create("full", 2);
        Producers.send(cluster.bootstrap(), events());
        connectors.start("full", connectors.sink("full", "compression.type", "none"));

        await()
            .atMost(Connectors.LIMIT)
            .untilAsserted(
                () ->
                    assertThat(cluster.workerLog())
                        .contains("RetriableException", "the disk is full; it goes on"));
        assertThat(cluster.rest().status("full").failure()).isNull();
        assertThat(stored(store)).isLessThan(EVENTS);
        // Readers of a full disk see what is durable, and nothing else.
        var sent = TopicEvents.read(cluster.bootstrap(), "full");
        StoreEvents.read(store, "full", 1)
            .forEach(
                (partition, events) ->
                    assertThat(events).isEqualTo(sent.get(partition).subList(0, events.size())));

        Files.delete(filler);
        StoreEvents.awaitCount(store, "full", 1, EVENTS);
        assertThat(StoreEvents.read(store, "full", 1)).isEqualTo(sent);
        assertThat(cluster.rest().status("full").isRunning()).isTrue();
      }
    }
  }

  private Tmpfs mountOrSkip() {
    try {
      return Tmpfs.mount(folder.resolve("disk"), DISK_MB);
    } catch (IOException e) {
      String reason =
          "disk full: skipped, only root can mount a small disk (" + e.getMessage() + ")";
      System.out.println(reason);
      return Assumptions.abort(reason);
    }
  }

  private static long stored(Path store) {
    return StoreEvents.stats(store, "full", 1).stream().mapToLong(LogStats::events).sum();
  }

  private static List<ProducerRecord<byte[], byte[]>> events() {
    Random random = new Random(7);
    List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      events.add(new ProducerRecord<>("full", i % 2, EventsOfEveryKind.FROM_MS + i, null, value));
    }
    return events;
  }
}
