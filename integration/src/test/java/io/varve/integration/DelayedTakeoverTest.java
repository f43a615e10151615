package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.cluster.LocalCluster;
import io.varve.cluster.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The worker that delivers is frozen until another has taken its tasks over, and then wakes up as a
 * zombie that still has the schedule's files open.
 */
final class DelayedTakeoverTest {
  private static final String TOPIC = "later-moved";
  private static final String DUE = "later-moved-due";
  private static final int PARTITIONS = 2;
  private static final int EVENTS = 30_000;
  private static final int SHARES = 4;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void aFrozenWorkersScheduleIsTakenOverAndNothingIsLostOrDoubledOrEarly()
      throws IOException, InterruptedException {
    NumberedEvents events = new NumberedEvents(12);
    Path store = folder.resolve("store");
    try (LocalCluster cluster = KillTest.builder("delayed-takeover").open()) {
      Worker first = cluster.startBoth("first");
      Connectors connectors = new Connectors(first.rest(), store);
      String bootstrap = cluster.broker().bootstrap();
      cluster.topics().create(TOPIC, PARTITIONS);
      cluster.topics().create(DUE, PARTITIONS, Map.of("message.timestamp.type", "LogAppendTime"));
      try (EventFlow flow =
          new EventFlow(
              bootstrap, TOPIC, events, PARTITIONS, EVENTS, SHARES, new Delays(12, 3000))) {
        flow.start();
        connectors.start("archive", connectors.sink(TOPIC, "delay.enabled", "true"));
        connectors.start(
            "deliver", connectors.source(TOPIC, DUE, "mode", "scheduled", "tasks.max", "1"));
        Worker second = cluster.startWorker("second");
        flow.nextShare();
        // Both have settled: one that is frozen in the midst of a rebalance holds all others up.
        await()
            .atMost(LIMIT)
            .until(() -> Workers.running(second, "archive", "deliver").size() == 2);
        awaitDelivered(cluster, flow, second);

        Set<String> delivering = Workers.running(second, "deliver");
        Worker frozen = delivering.contains(Workers.id(first)) ? first : second;
        Worker other = frozen == first ? second : first;
        System.out.printf("delayed takeover: freezing %s%n", frozen.name());
        Workers.freeze(frozen);
        flow.nextShare();
        await()
            .atMost(LIMIT)
            .until(() -> Workers.running(other, "deliver").equals(Set.of(Workers.id(other))));
        awaitDelivered(cluster, flow, other);

        System.out.printf("delayed takeover: waking %s%n", frozen.name());
        Workers.wake(frozen);
        flow.nextShare();
        awaitDelivered(cluster, flow, other);
        other.stop();
        flow.lastShare();
        awaitDelivered(cluster, flow, frozen);

        assertThat(DelayedCheck.verdict(bootstrap, DUE, events, PARTITIONS, EVENTS))
            .isEqualTo(DelayedCheck.flawless(EVENTS));
      }
    }
  }

  private static void awaitDelivered(LocalCluster cluster, EventFlow flow, Worker asked) {
    Workers.awaitCount(
        cluster.broker().bootstrap(), DUE, flow.awaitShare(), asked, "archive", "deliver");
  }
}
