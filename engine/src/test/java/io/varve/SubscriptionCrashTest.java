package io.varve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Owner;
import io.varve.io.PosixDirectory;
import io.varve.subscribe.Backoff;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A subscription whose process ends at random moments, with RocksDB on a real disk, and background
 * work that is done as a seed says. The one that has ended is not told so and goes on for a while,
 * as one that was stuck; it changes nothing.
 */
final class SubscriptionCrashTest {

  private static final int LIVES = 12;
  private static final int EVENTS = 150;

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final Set<String> durable = new HashSet<>();
  private final Set<String> acknowledged = new HashSet<>();
  private final Set<String> delivered = new HashSet<>();
  private final Map<String, List<Long>> open = new HashMap<>();

  /** One opening of the store, by a process that isn't closed. */
  private final class Life {
    private final ManualWork work;
    private final Store store;
    private final Subscription subscription;
    private final EventConsumer[] consumers;
    private final List<Delivery> out = new ArrayList<>();

    Life(Random random, boolean ordered) {
      work = new ManualWork(random.nextLong());
      store =
          Store.open(
              new PosixDirectory(folder),
              StoreSettings.defaults(),
              clock,
              work,
              new Owner.Instance("this-process", UUID.randomUUID().toString()));
      subscription =
          store.openSubscription(
              "mails",
              "orders",
              SubscriptionSettings.defaults()
                  .withOrdered(ordered)
                  .withAckTimeoutMs(50)
                  .withTriesMax(4)
                  .withBackoff(new Backoff(5, 2, 40, 0.5))
                  .withInFlightMax(25, 1 << 20)
                  .withCommit(10, 1)
                  .withSync(random.nextBoolean()));
      consumers = new EventConsumer[] {subscription.openConsumer(), subscription.openConsumer()};
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyEventIsDeliveredAndNoneAgainWhoseAcknowledgementWasDurable(long seed) {
    Random random = new Random(seed);
    boolean ordered = random.nextInt(3) > 0;
    Life writing = new Life(random, ordered);
    fill(writing, random);
    List<Life> stuck = new ArrayList<>();
    Life life = writing;
    for (int lives = 1; lives < LIVES; lives++) {
      live(life, random, 20 + random.nextInt(150), ordered);
      stuck.add(life);
      Life next = new Life(random, ordered);
      // The one before doesn't know yet.
      haunt(life, random);
      life = next;
    }
    live(life, random, 30_000, ordered);
    assertThat(life.subscription.metrics().deliveries().held()).isZero();
    assertThat(delivered).hasSize(2 * EVENTS);
    Set<String> dead = new HashSet<>();
    for (int partition = 0; partition < 2; partition++) {
      StreamPartition log = new StreamPartition("orders.mails.dead", 1, partition);
      if (!life.store.contains(log)) {
        continue;
      }
      try (LogReader reader = life.store.openReader(log, ReadRange.all())) {
        while (reader.next()) {
          DeadLetter letter = DeadLetter.of(reader.event());
          assertThat(dead.add(letter.log().partition() + "/" + letter.offset()))
              .as("twice among the dead letters")
              .isTrue();
        }
      }
    }
    assertThat(dead).isNotEmpty();
    Set<String> all = new HashSet<>(dead);
    all.addAll(acknowledged);
    assertThat(all).hasSize(2 * EVENTS);
    assertThat(dead).doesNotContainAnyElementsOf(durable);
    end(life, stuck);
  }

  private void fill(Life life, Random random) {
    for (int partition = 0; partition < 2; partition++) {
      StreamPartition log = new StreamPartition("orders", 1, partition);
      LogWriter writer = life.store.openWriter(log, LogSettings.defaults(), "test");
      for (int i = 0; i < EVENTS; i++) {
        byte[] key =
            random.nextInt(8) == 0 ? null : ("k" + partition + random.nextInt(9)).getBytes(UTF_8);
        if (key != null) {
          open.computeIfAbsent(new String(key, UTF_8), any -> new ArrayList<>()).add((long) i);
        }
        writer.append(Event.of(i, i, key, null));
      }
      writer.commit();
      life.work.runAll();
      writer.abandon();
    }
  }

  private void live(Life life, Random random, int steps, boolean ordered) {
    Set<String> acknowledgedNow = new HashSet<>();
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> take(life, random, ordered);
        case 3, 4 -> {
          if (!life.out.isEmpty()) {
            Delivery one = life.out.remove(random.nextInt(life.out.size()));
            if (one.ack()) {
              acknowledgedNow.add(name(one));
              acknowledged.add(name(one));
            }
          }
        }
        case 5, 6 -> {
          if (!life.out.isEmpty()) {
            life.out.remove(random.nextInt(life.out.size())).nack("no");
          }
        }
        case 7 -> clock.advanceMs(random.nextInt(20));
        case 8 -> {
          life.work.tick();
          life.work.runOne();
        }
        default -> {
          if (random.nextInt(6) == 0) {
            Set<String> before = new HashSet<>(acknowledgedNow);
            var done = life.subscription.commit();
            life.work.runAll();
            assertThat(done).isCompleted();
            durable.addAll(before);
          }
        }
      }
      if (delivered.size() == 2 * EVENTS
          && life.subscription.metrics().deliveries().held() == 0
          && life.subscription.metrics().backlog() == 0) {
        return;
      }
    }
  }

  private void take(Life life, Random random, boolean ordered) {
    int consumer = random.nextInt(2);
    if (random.nextInt(15) == 0) {
      life.consumers[consumer].close();
      life.consumers[consumer] = life.subscription.openConsumer();
    }
    for (Delivery each : life.consumers[consumer].next(1 + random.nextInt(5), Duration.ZERO)) {
      assertThat(durable).as("it was durably acknowledged").doesNotContain(name(each));
      delivered.add(name(each));
      life.out.add(each);
      byte[] key = each.event().key();
      if (ordered && key != null) {
        for (long earlier : open.get(new String(key, UTF_8))) {
          if (earlier < each.event().offset()) {
            assertThat(delivered)
                .as("an earlier one of the key comes later")
                .contains(each.log().partition() + "/" + earlier);
          }
        }
      }
    }
  }

  private static String name(Delivery delivery) {
    return delivery.log().partition() + "/" + delivery.event().offset();
  }

  /** What a stuck one does is of no consequence, and it is told so. */
  private static void haunt(Life life, Random random) {
    for (Delivery each : life.out) {
      if (random.nextBoolean()) {
        each.ack();
      }
    }
    var done = life.subscription.commit();
    life.work.runAll();
    assertThat(done).isCompletedExceptionally();
    assertThat(life.subscription.failure()).isNotNull();
  }

  private static void end(Life life, List<Life> stuck) {
    for (Life each : stuck) {
      each.subscription.abandon();
      each.store.close();
    }
    assertThat(life.subscription.close(Duration.ZERO)).isFalse();
    life.work.runAll();
    assertThat(life.store.subscriptions().get(0).holder()).isNull();
    assertThat(life.store.subscriptions().get(0).logs())
        .allSatisfy(place -> assertThat(place.backlog()).isZero());
    life.store.close();
  }
}
