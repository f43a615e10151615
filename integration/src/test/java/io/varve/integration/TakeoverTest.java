package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.cluster.LocalCluster;
import io.varve.cluster.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks move between two workers on one machine, while events flow: when the second worker comes,
 * when one is frozen and another writes in its place, when the frozen one wakes up and still thinks
 * that it is the writer, and when one leaves.
 */
final class TakeoverTest {
  private static final String TOPIC = "moved";
  private static final String COPY = "moved-copy";
  private static final int PARTITIONS = 4;
  private static final int EVENTS = 100_000;
  private static final int SHARES = 5;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void frozenWorkerIsFencedAndNothingIsLostOrDoubled() throws IOException, InterruptedException {
    NumberedEvents events = new NumberedEvents(11);
    Path store = folder.resolve("store");
    try (LocalCluster cluster = KillTest.builder("takeover").open()) {
      Worker first = cluster.startBoth("first");
      Connectors connectors = new Connectors(first.rest(), store);
      String bootstrap = cluster.broker().bootstrap();
      cluster.topics().create(TOPIC, PARTITIONS);
      cluster.topics().create(COPY, PARTITIONS);
      try (EventFlow flow = new EventFlow(bootstrap, TOPIC, events, PARTITIONS, EVENTS, SHARES)) {
        flow.start();
        connectors.start("archive", connectors.sink(TOPIC));
        connectors.start("follow", connectors.source(TOPIC, "${stream}-copy", "mode", "tail"));
        awaitReplayed(cluster, flow, first);

        Worker second = cluster.startWorker("second");
        flow.nextShare();
        await().atMost(LIMIT).until(() -> Workers.running(second, "archive", "follow").size() == 2);
        awaitReplayed(cluster, flow, second);

        boolean firstArchives = Workers.running(second, "archive").contains(Workers.id(first));
        Worker frozen = firstArchives ? first : second;
        Worker other = firstArchives ? second : first;
        System.out.printf("takeover: freezing %s%n", frozen.name());
        Workers.freeze(frozen);
        flow.nextShare();
        awaitReplayed(cluster, flow, other);
        assertThat(Workers.running(other, "archive", "follow")).containsExactly(Workers.id(other));

        System.out.printf("takeover: waking %s%n", frozen.name());
        Workers.wake(frozen);
        flow.nextShare();
        await().atMost(LIMIT).until(() -> Workers.running(other, "archive", "follow").size() == 2);
        awaitReplayed(cluster, flow, other);

        System.out.printf("takeover: stopping %s%n", other.name());
        other.stop();
        flow.lastShare();
        awaitReplayed(cluster, flow, frozen);
        frozen.stop();

        FlowCheck check = new FlowCheck(events, PARTITIONS, EVENTS);
        assertThat(check.store(store, TOPIC)).isEqualTo(check.flawless());
        assertThat(check.topic(bootstrap, COPY)).isEqualTo(check.flawless());
      }
    }
  }

  /** Waits until all that was sent so far is archived and replayed. */
  private static void awaitReplayed(LocalCluster cluster, EventFlow flow, Worker asked) {
    Workers.awaitCount(
        cluster.broker().bootstrap(), COPY, flow.awaitShare(), asked, "archive", "follow");
  }
}
