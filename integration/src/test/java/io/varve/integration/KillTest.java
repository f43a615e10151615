package io.varve.integration;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.cluster.LocalClusterBuilder;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker is killed again and again, by SIGKILL and at random moments, while events flow through
 * its sink into a store and through its exactly-once source out of the store into another topic. In
 * the end both hold every event once, in order.
 *
 * <p>Another run of the same moments: {@code -Dvarve.kill.seed=...}, as printed. Also {@code
 * varve.kill.count} and {@code varve.kill.events}.
 */
final class KillTest {
  private static final String TOPIC = "flow";
  private static final String COPY = "flow-copy";
  private static final int PARTITIONS = 4;
  private static final int EVENTS = Integer.getInteger("varve.kill.events", 1_000_000);
  private static final int KILLS = Integer.getInteger("varve.kill.count", 20);
  private static final long SEED =
      requireNonNullElse(Long.getLong("varve.kill.seed"), System.nanoTime());

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void nothingIsLostOrDoubledOrDisorderedWhenTheWorkerIsKilledAgainAndAgain() {
    System.out.printf("kill: %,d events, %d kills, seed %d%n", EVENTS, KILLS, SEED);
    NumberedEvents events = new NumberedEvents(SEED);
    Path store = folder.resolve("store");
    try (TestCluster cluster = TestCluster.open(builder("kill"));
        Connectors connectors = new Connectors(cluster.rest(), store);
        EventFlow flow =
            new EventFlow(cluster.bootstrap(), TOPIC, events, PARTITIONS, EVENTS, KILLS + 1)) {
      cluster.topics().create(TOPIC, PARTITIONS);
      cluster.topics().create(COPY, PARTITIONS);
      flow.start();
      connectors.start("archive", connectors.sink(TOPIC));
      connectors.start("follow", connectors.source(TOPIC, "${stream}-copy", "mode", "tail"));

      new KillMoments(cluster, store, TOPIC, COPY, SEED).kill(KILLS, flow);
      cluster.worker().awaitReady();
      flow.lastShare();
      await().atMost(LIMIT).until(() -> flow.acknowledged() == EVENTS);
      StoreEvents.awaitCount(store, TOPIC, 1, EVENTS);
      await().atMost(LIMIT).until(() -> replayed(cluster) == EVENTS);

      FlowCheck check = new FlowCheck(events, PARTITIONS, EVENTS);
      assertThat(check.topic(cluster.bootstrap(), TOPIC)).isEqualTo(check.flawless());
      assertThat(check.store(store, TOPIC)).isEqualTo(check.flawless());
      assertThat(check.topic(cluster.bootstrap(), COPY)).isEqualTo(check.flawless());
    }
  }

  /** A cluster whose workers take over from each other within seconds. */
  static LocalClusterBuilder builder(String name) {
    return quick(TestCluster.builder(name));
  }

  /** The same of workers that are set up otherwise. */
  static LocalClusterBuilder quick(LocalClusterBuilder builder) {
    return builder
        // A dead member's partitions are given to the next worker when its session is over.
        .workerSetting("session.timeout.ms", "3000")
        .workerSetting("heartbeat.interval.ms", "1000")
        .workerSetting("consumer.session.timeout.ms", "3000")
        .workerSetting("consumer.heartbeat.interval.ms", "1000");
  }

  /** How many events the source has replayed, by the positions that it keeps. */
  private static long replayed(TestCluster cluster) {
    return cluster.rest().offsets("follow").stream()
        .mapToLong(position -> ((Number) position.offset().get("offset")).longValue())
        .sum();
  }
}
