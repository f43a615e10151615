package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.base.FencedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens, in whatever order: each event is archived once, in order, and none is missing.
 * {@code -Dchaos.seed=N} replays one seed, {@code -Dchaos.seeds=N} tries so many.
 */
final class ChaosTest extends SinkFixture {

  private static final int STEPS = 60;

  private final List<FakeWorker> zombies = new ArrayList<>();
  private boolean hanging;

  static List<Long> seeds() {
    Long seed = Long.getLong("chaos.seed");
    if (seed != null) {
      return List.of(seed);
    }
    List<Long> seeds = new ArrayList<>();
    for (long i = 0; i < Long.getLong("chaos.seeds", 12); i++) {
      seeds.add(i);
    }
    return seeds;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachEventIsArchivedOnce(long seed) {
    Random random = new Random(seed);
    boolean renames = random.nextBoolean();
    properties.put("commit.interval.ms", random.nextBoolean() ? "1" : "50");
    FakeWorker worker = next(renames, random);
    for (int step = 0; step < STEPS; step++) {
      try {
        worker = step(worker, renames, random);
      } catch (ConnectException e) {
        worker = afterFencing(e, renames, random);
      }
    }
    heal();
    try {
      worker.drainAndCommit();
    } catch (ConnectException e) {
      worker = afterFencing(e, renames, random);
      worker.drainAndCommit();
    }
    worker.shutDown();

    assertArchived(ORDERS_0);
    assertArchived(ORDERS_1);
  }

  /** The one failure that may come: replaced tasks have taken a log from this one too often. */
  private FakeWorker afterFencing(ConnectException e, boolean renames, Random random) {
    assertThat(e).hasRootCauseInstanceOf(FencedException.class);
    heal();
    return next(renames, random);
  }

  private FakeWorker step(FakeWorker worker, boolean renames, Random random) {
    TopicPartition one = random.nextBoolean() ? ORDERS_0 : ORDERS_1;
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> kafka.produce(one, 1 + random.nextInt(120));
      case 3 -> {
        kafka.produce(one, 1);
        kafka.skip(one, random.nextInt(3));
        kafka.produce(one, 1);
      }
      case 4 -> kafka.produce(one, FakeKafka.Content.of(step(random), "big", "x".repeat(200_000)));
      case 5, 6 -> worker.iterate();
      case 7 -> worker.commit();
      case 8 ->
          worker.rebalanceInPoll(
              () -> {
                worker.revoke(ORDERS_0, ORDERS_1);
                worker.assigned(List.of(ORDERS_0, ORDERS_1));
              });
      case 9 ->
          worker.rebalanceInPoll(
              () -> {
                worker.lose(one);
                worker.assigned(List.of(one));
              });
      case 10 -> {
        if (!hanging) {
          disk.fill();
        }
      }
      case 11 -> {
        if (random.nextInt(3) == 0) {
          disk.hang();
          hanging = true;
        }
      }
      case 12 -> heal();
      default -> {
        heal();
        if (random.nextBoolean()) {
          worker.shutDown();
        } else {
          zombies.add(worker);
        }
        FakeWorker successor = next(renames, random);
        zombies.removeIf(zombie -> haunts(zombie, random));
        return successor;
      }
    }
    return worker;
  }

  private static long step(Random random) {
    return 1_600_000_000_000L + random.nextInt(1_000_000);
  }

  private void heal() {
    disk.heal();
    hanging = false;
  }

  /** A turn of a replaced worker that does not know it; whether it is told then, and ends. */
  private static boolean haunts(FakeWorker zombie, Random random) {
    try {
      zombie.iterate();
      if (random.nextInt(3) == 0) {
        return false;
      }
      zombie.lose(ORDERS_0, ORDERS_1);
      zombie.shutDown();
      return true;
    } catch (ConnectException e) {
      assertThat(e).hasRootCauseInstanceOf(FencedException.class);
      return true;
    }
  }

  private FakeWorker next(boolean renames, Random random) {
    FakeWorker worker = started();
    worker.maxPollRecords = 1 + random.nextInt(80);
    if (renames) {
      worker.transform =
          record ->
              record.newRecord(
                  "renamed",
                  record.kafkaPartition(),
                  record.keySchema(),
                  record.key(),
                  record.valueSchema(),
                  record.value(),
                  record.timestamp());
    }
    worker.assign(ORDERS_0, ORDERS_1);
    return worker;
  }
}
