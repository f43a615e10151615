package io.varve.integration;

import static org.awaitility.Awaitility.await;

import io.varve.LogStats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/**
 * Kills a worker by SIGKILL at random moments, while events flow from a topic into a store and out
 * of it into another topic, and starts it again.
 */
final class KillMoments {
  /** Of so many kills one hits the worker while it starts; the others hit it at work. */
  private static final int KILLS_PER_START = 5;

  private static final int START_MS_MAX = 5000;
  private static final int WORK_MS_MAX = 2500;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final TestCluster cluster;
  private final Path store;
  private final String stream;
  private final String copy;
  private final Random random;

  /**
   * @param copy the topic that a source writes
   */
  KillMoments(TestCluster cluster, Path store, String stream, String copy, long seed) {
    this.cluster = cluster;
    this.store = store;
    this.stream = stream;
    this.copy = copy;
    this.random = new Random(seed);
  }

  /** Kills and launches it so often; a share flows between two kills. */
  void kill(int kills, EventFlow flow) {
    Standing before = new Standing(0, 0);
    for (int kill = 1; kill <= kills; kill++) {
      boolean starting = kill % Math.min(kills, KILLS_PER_START) == 0 && kill > 1;
      String moment = starting ? whileItStarts() : whileItWorks(before);
      cluster.worker().kill();
      before = standing();
      System.out.printf(
          "kill %d of %d, %s: sent %,d, stored %,d, end of the copy %,d%n",
          kill, kills, moment, flow.acknowledged(), before.stored, before.copied);
      flow.nextShare();
      cluster.worker().launch();
    }
  }

  /** Waits for a random moment between the launch and about the end of the start. */
  private String whileItStarts() {
    int ms = random.nextInt(START_MS_MAX);
    pause(ms);
    return "%d ms after its launch".formatted(ms);
  }

  /** Waits for a random moment after both connectors have moved on since the last kill. */
  private String whileItWorks(Standing before) {
    cluster.worker().awaitReady();
    await().atMost(LIMIT).until(() -> standing().isBeyond(before));
    int ms = random.nextInt(WORK_MS_MAX);
    pause(ms);
    return "%d ms after both connectors went on".formatted(ms);
  }

  /** Lets the processes go on for a while. */
  private static void pause(int ms) {
    await().pollDelay(Duration.ofMillis(ms)).atMost(LIMIT).until(() -> true);
  }

  private Standing standing() {
    return new Standing(
        StoreEvents.stats(store, stream, 1).stream().mapToLong(LogStats::nextOffset).sum(),
        cluster.topics().committedEndOffsets(copy).values().stream()
            .mapToLong(Long::longValue)
            .sum());
  }

  /**
   * How far the connectors are.
   *
   * @param stored offsets in the store
   * @param copied the end of the copy; it rises with every transaction of the source
   */
  private record Standing(long stored, long copied) {
    boolean isBeyond(Standing other) {
      return stored > other.stored && copied > other.copied;
    }
  }
}
