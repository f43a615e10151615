package io.varve.integration;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker is killed again and again, by SIGKILL and at random moments, while delayed events flow
 * through its sink into a store, and when they are due through its exactly-once source into another
 * topic. In the end that holds every event once, and none came early.
 *
 * <p>Another run of the same moments: {@code -Dvarve.delayed.seed=...}, as printed. How much is
 * gone through: {@code varve.delayed.kills} and {@code varve.delayed.events}; more at night.
 */
final class DelayedKillTest {
  private static final String TOPIC = "later";
  private static final String DUE = "later-due";
  private static final int PARTITIONS = 4;
  private static final int EVENTS = Integer.getInteger("varve.delayed.events", 50_000);
  private static final int KILLS = Integer.getInteger("varve.delayed.kills", 4);
  private static final int DELAY_MS_MAX = 6000;
  private static final long SEED =
      requireNonNullElse(Long.getLong("varve.delayed.seed"), System.nanoTime());
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void eachDelayedEventIsDeliveredOnceAndNoneEarlyWhenTheWorkerIsKilledAgainAndAgain() {
    System.out.printf("delayed: %,d events, %d kills, seed %d%n", EVENTS, KILLS, SEED);
    NumberedEvents events = new NumberedEvents(SEED);
    Path store = folder.resolve("store");
    try (TestCluster cluster = TestCluster.open(KillTest.builder("delayed-kill"));
        Connectors connectors = new Connectors(cluster.rest(), store);
        EventFlow flow =
            new EventFlow(
                cluster.bootstrap(),
                TOPIC,
                events,
                PARTITIONS,
                EVENTS,
                KILLS + 1,
                new Delays(SEED, DELAY_MS_MAX))) {
      cluster.topics().create(TOPIC, PARTITIONS);
      cluster.topics().create(DUE, PARTITIONS, Map.of("message.timestamp.type", "LogAppendTime"));
      flow.start();
      connectors.start("archive", connectors.sink(TOPIC, "delay.enabled", "true"));
      connectors.start("deliver", connectors.source(TOPIC, DUE, "mode", "scheduled"));

      new KillMoments(cluster, store, TOPIC, DUE, SEED).kill(KILLS, flow);
      cluster.worker().awaitReady();
      flow.lastShare();
      await().atMost(LIMIT).until(() -> flow.acknowledged() == EVENTS);
      StoreEvents.awaitCount(store, TOPIC, 1, EVENTS);
      await().atMost(LIMIT).until(() -> delivered(cluster) == EVENTS);

      assertThat(DelayedCheck.verdict(cluster.bootstrap(), DUE, events, PARTITIONS, EVENTS))
          .isEqualTo(DelayedCheck.flawless(EVENTS));
    }
  }

  /** How many events the source has delivered, by the positions that it keeps. */
  private static long delivered(TestCluster cluster) {
    return cluster.rest().offsets("deliver").stream()
        .mapToLong(position -> ((Number) position.offset().get("offset")).longValue())
        .sum();
  }
}
