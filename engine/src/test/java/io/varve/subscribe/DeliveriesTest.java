package io.varve.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.Event;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The state machine against a model that keeps everything in maps: consumers that come and go,
 * acknowledge, refuse, forget and are late, and crashes after which it goes on from what was saved.
 */
final class DeliveriesTest {

  private static final int SEEDS = 1_500;
  private static final int STEPS = 400;
  private static final int EVENTS = 60;
  private static final UUID STORE = new UUID(1, 2);

  private long delivered;
  private long crashes;
  private long deadLetters;
  private long redelivered;

  @Test
  void everyEventIsDeliveredUntilItIsAcknowledgedOrGivenUpAndInTheOrderOfItsKey() {
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        new Run(seed).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Seed " + seed, e);
      }
    }
    assertThat(delivered).isGreaterThan(50L * SEEDS);
    assertThat(redelivered).isGreaterThan(5L * SEEDS);
    assertThat(crashes).isGreaterThan(2L * SEEDS);
    assertThat(deadLetters).isGreaterThan(SEEDS);
  }

  /** One event as the model knows it. */
  private static final class Modelled {
    private final int log;
    private final long offset;
    private final int key;
    private boolean settled;
    private int tries;
    private long notBeforeMs;

    private Modelled(int log, long offset, int key) {
      this.log = log;
      this.offset = offset;
      this.key = key;
    }
  }

  /** What a consumer was given. */
  private record Given(Modelled event, HeldEvent held, long token, int consumer, long untilMs) {}

  private final class Run {

    private final Random random;
    private final DeliverySettings settings;
    private final List<StreamPartition> logs = new ArrayList<>();
    private final List<List<Modelled>> events = new ArrayList<>();
    private final Map<String, byte[][]> disk = new HashMap<>();
    private final KeyHash hash = new KeyHash(STORE);

    // Of a life.
    private Deliveries deliveries;
    private final List<LogCursor> cursors = new ArrayList<>();
    private final int[] read = new int[3];
    private final Map<HeldEvent, Modelled> held = new HashMap<>();
    private final List<Given> given = new ArrayList<>();
    private final Set<Modelled> savedSettled = new HashSet<>();
    private final Map<Modelled, Integer> savedTries = new HashMap<>();
    private final Map<Modelled, Long> savedNotBefore = new HashMap<>();
    private long nowMs = 1_000_000;
    private long nanosOrigin;

    Run(long seed) {
      this.random = new Random(seed);
      this.settings =
          new DeliverySettings(
              random.nextInt(4) > 0,
              1 + random.nextInt(20),
              random.nextBoolean() ? 1 << 20 : 2_000,
              random.nextInt(5) == 0 ? -1 : 1 + random.nextInt(4),
              1 + random.nextInt(500),
              new Backoff(random.nextInt(200), 1 + random.nextInt(3), 1_000, random.nextDouble()));
      for (int log = 0; log < 1 + random.nextInt(3); log++) {
        logs.add(new StreamPartition("s", 1, log));
        List<Modelled> all = new ArrayList<>();
        long offset = random.nextInt(5);
        for (int i = 0; i < EVENTS; i++) {
          all.add(new Modelled(log, offset, random.nextInt(6) - 1));
          offset += random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1;
        }
        events.add(all);
      }
    }

    void run() {
      open();
      for (int step = 0; step < STEPS; step++) {
        step();
      }
      save();
      drain();
    }

    private void step() {
      switch (random.nextInt(14)) {
        case 0, 1, 2 -> read();
        case 3, 4, 5 -> take(random.nextInt(3));
        case 6, 7 -> acknowledge();
        case 8 -> refuse();
        case 9 -> nowMs += random.nextInt(120);
        case 10 -> {
          if (random.nextInt(3) == 0) {
            leave(random.nextInt(3));
          } else {
            extend();
          }
        }
        case 11 -> bury();
        case 12 -> save();
        default -> {
          if (random.nextInt(8) == 0) {
            crash();
          }
        }
      }
      assertThat(deliveries.figures().held()).isLessThanOrEqualTo(settings.inFlightMax());
    }

    private long nowNanos() {
      return nanosOrigin + nowMs * 1_000_000;
    }

    private void open() {
      // The clock that never goes back starts anywhere, also where it is about to overflow.
      nanosOrigin = random.nextInt(3) == 0 ? Long.MAX_VALUE - nowMs * 1_000_000 : random.nextLong();
      SubscriptionState state = new SubscriptionState("here");
      disk.values().forEach(record -> state.add(record[0], record[1]));
      deliveries = new Deliveries(settings, random.nextLong());
      cursors.clear();
      held.clear();
      given.clear();
      for (int log = 0; log < logs.size(); log++) {
        LogCursor cursor = deliveries.add(logs.get(log), state);
        cursors.add(cursor);
        read[log] = 0;
        List<Modelled> all = events.get(log);
        while (read[log] < all.size() && all.get(read[log]).offset < cursor.takenTo()) {
          assertThat(all.get(read[log]).settled).isTrue();
          read[log]++;
        }
      }
    }

    private void crash() {
      crashes++;
      for (List<Modelled> all : events) {
        for (Modelled event : all) {
          event.settled = savedSettled.contains(event);
          event.tries = savedTries.getOrDefault(event, 0);
          event.notBeforeMs = savedNotBefore.getOrDefault(event, 0L);
        }
      }
      nowMs += random.nextInt(300);
      open();
    }

    private void save() {
      StateChange change = deliveries.takeChange();
      change.writeTo(
          (key, value) -> {
            String name = Arrays.toString(key);
            if (value == null) {
              assertThat(disk.remove(name)).as("what is deleted was there").isNotNull();
            } else {
              disk.put(name, new byte[][] {key, value});
            }
          });
      SubscriptionState state = new SubscriptionState("here");
      disk.values().forEach(record -> state.add(record[0], record[1]));
      savedSettled.clear();
      savedTries.clear();
      savedNotBefore.clear();
      for (List<Modelled> all : events) {
        for (Modelled event : all) {
          StreamPartition log = logs.get(event.log);
          SavedCursor cursor = state.cursors().getOrDefault(log, SavedCursor.at(0));
          assertThat(cursor.isAcknowledged(event.offset)).isEqualTo(event.settled);
          SavedRetry retry = state.retries(log).get(event.offset);
          if (event.settled) {
            savedSettled.add(event);
            assertThat(retry).isNull();
          } else if (event.tries > 0) {
            assertThat(retry.tries()).isEqualTo(event.tries);
            savedTries.put(event, event.tries);
            savedNotBefore.put(event, event.notBeforeMs);
          }
        }
      }
    }

    private void read() {
      int log = random.nextInt(logs.size());
      List<Modelled> all = events.get(log);
      LogCursor cursor = cursors.get(log);
      for (int count = 1 + random.nextInt(8);
          count > 0
              && read[log] < all.size()
              && deliveries.room() > 0
              && deliveries.roomBytes() > 0;
          count--) {
        Modelled event = all.get(read[log]++);
        if (cursor.behindAcknowledged(event.offset) > event.offset) {
          assertThat(event.settled).isTrue();
          continue;
        }
        assertThat(event.settled).isFalse();
        byte[] key = event.key < 0 ? null : new byte[] {(byte) event.key};
        HeldEvent each = HeldEvent.of(cursor, Event.of(event.offset, 5, key, new byte[10]), hash);
        held.put(each, event);
        deliveries.take(each, nowNanos(), nowMs);
      }
      long to =
          read[log] == all.size() ? all.get(read[log] - 1).offset + 1 : all.get(read[log]).offset;
      deliveries.takenTo(cursor, to);
    }

    private void take(int consumer) {
      deliveries.expire(nowNanos(), nowMs);
      fail(given.stream().filter(each -> each.untilMs <= nowMs).toList());
      HeldEvent next = deliveries.next(consumer, nowNanos());
      if (next == null) {
        return;
      }
      delivered++;
      Modelled event = held.get(next);
      assertThat(event.settled).as("an acknowledged event is delivered").isFalse();
      assertThat(next.tries()).isEqualTo(event.tries);
      assertThat(event.notBeforeMs).isLessThanOrEqualTo(nowMs);
      if (event.tries > 0) {
        redelivered++;
      }
      if (settings.triesMax() > 0) {
        assertThat(event.tries).isLessThan(settings.triesMax());
      }
      assertThat(given).as("delivered twice at once").noneMatch(each -> each.event == event);
      if (settings.ordered() && event.key >= 0) {
        for (Modelled earlier : events.get(event.log)) {
          assertThat(earlier.offset >= event.offset || earlier.key != event.key || earlier.settled)
              .as("delivered before an earlier one of its key")
              .isTrue();
        }
        assertThat(given).as("two of a key").noneMatch(each -> each.event.key == event.key);
      }
      given.add(new Given(event, next, next.token(), consumer, nowMs + settings.ackTimeoutMs()));
    }

    /** These were late. */
    private void fail(List<Given> late) {
      for (Given each : late) {
        given.remove(each);
        failed(each.event, each.held);
      }
    }

    private void failed(Modelled event, HeldEvent heldEvent) {
      event.tries++;
      assertThat(heldEvent.tries()).isEqualTo(event.tries);
      // What the back-off says is left to chance: the bounds are compared.
      long longest =
          (long)
              Math.min(
                  settings.backoff().maxMs(),
                  settings.backoff().baseMs()
                      * Math.pow(settings.backoff().factor(), event.tries - 1));
      assertThat(heldEvent.retryDelayMs).isBetween(0L, longest);
      event.notBeforeMs = nowMs + heldEvent.retryDelayMs;
    }

    private void acknowledge() {
      if (given.isEmpty()) {
        return;
      }
      Given one = given.remove(random.nextInt(given.size()));
      assertThat(deliveries.acknowledge(one.held, one.token, nowNanos())).isTrue();
      one.event.settled = true;
      assertThat(deliveries.acknowledge(one.held, one.token, nowNanos())).isFalse();
    }

    private void refuse() {
      if (given.isEmpty()) {
        return;
      }
      Given one = given.remove(random.nextInt(given.size()));
      boolean told = random.nextBoolean();
      long delayMs = told ? random.nextInt(100) : -1;
      assertThat(deliveries.refuse(one.held, one.token, delayMs, "no", nowNanos(), nowMs)).isTrue();
      if (told) {
        one.event.tries++;
        one.event.notBeforeMs = nowMs + delayMs;
      } else {
        failed(one.event, one.held);
      }
      assertThat(deliveries.refuse(one.held, one.token, 0, "no", nowNanos(), nowMs)).isFalse();
      if (random.nextInt(4) == 0) {
        boolean last = settings.isLast(one.event.tries);
        // It was done after all, and nobody has it again yet.
        assertThat(deliveries.acknowledge(one.held, one.token, nowNanos())).isEqualTo(!last);
        one.event.settled = !last;
      }
    }

    private void extend() {
      if (given.isEmpty()) {
        return;
      }
      int at = random.nextInt(given.size());
      Given one = given.get(at);
      long untilMs = nowMs + random.nextInt(400);
      assertThat(deliveries.extend(one.held, one.token, nanosOrigin + untilMs * 1_000_000))
          .isTrue();
      given.set(at, new Given(one.event, one.held, one.token, one.consumer, untilMs));
    }

    private void leave(int consumer) {
      deliveries.giveBack(consumer);
      given.removeIf(each -> each.consumer == consumer);
    }

    private void bury() {
      for (HeldEvent dying : deliveries.takeDying()) {
        Modelled event = held.get(dying);
        assertThat(event.tries).isGreaterThanOrEqualTo(settings.triesMax());
        deadLetters++;
        deliveries.dead(dying, nowNanos());
        event.settled = true;
      }
    }

    /** Everything comes to an end. */
    private void drain() {
      for (int round = 0; round < 10_000; round++) {
        for (int log = 0; log < logs.size(); log++) {
          read();
        }
        take(0);
        acknowledge();
        bury();
        nowMs += 20;
        if (deliveries.figures().held() == 0 && allRead()) {
          save();
          assertThat(savedSettled).hasSize(logs.size() * EVENTS);
          for (int log = 0; log < logs.size(); log++) {
            long end = events.get(log).get(EVENTS - 1).offset + 1;
            assertThat(cursors.get(log).save()).isEqualTo(SavedCursor.at(end));
          }
          return;
        }
      }
      throw new AssertionError("Not all events were delivered: " + deliveries.figures());
    }

    private boolean allRead() {
      for (int log = 0; log < logs.size(); log++) {
        if (read[log] < EVENTS) {
          return false;
        }
      }
      return true;
    }
  }

  /** The table of keys and the heap of deadlines against the JDK's. */
  @Test
  void keysAndDeadlinesAreKeptAsMapsKeepThem() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      LogCursor cursor =
          new LogCursor(new StreamPartition("s", 1, 0), SavedCursor.at(0), new TreeMap<>());
      KeyHash hash = new KeyHash(STORE);
      KeyChains chains = new KeyChains();
      Map<Integer, HeldEvent> last = new HashMap<>();
      Deadlines deadlines = new Deadlines();
      List<HeldEvent> heap = new ArrayList<>();
      for (int step = 0; step < 3_000; step++) {
        int key = random.nextInt(400);
        byte[] bytes = {(byte) key, (byte) (key >> 8)};
        HeldEvent event = HeldEvent.of(cursor, Event.of(step, 0, bytes, null), hash);
        if (random.nextInt(5) < 2 && last.containsKey(key)) {
          chains.remove(event.keyHash);
          last.remove(key);
        } else {
          assertThat(chains.add(event)).isSameAs(last.put(key, event));
        }
        assertThat(chains.size()).isEqualTo(last.size());
        if (random.nextInt(5) < 3) {
          event.atNanos = Long.MAX_VALUE - 500 + random.nextInt(1000);
          deadlines.add(event);
          heap.add(event);
        } else if (!heap.isEmpty()) {
          deadlines.remove(heap.remove(random.nextInt(heap.size())));
        }
        assertThat(deadlines.size()).isEqualTo(heap.size());
        if (!heap.isEmpty()) {
          long least = heap.get(0).atNanos;
          for (HeldEvent each : heap) {
            least = each.atNanos - least < 0 ? each.atNanos : least;
          }
          assertThat(deadlines.first().atNanos).isEqualTo(least);
        }
      }
    }
  }

  @Test
  void aSavedCursorKnowsWhatASetKnows() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      long base = random.nextInt(1000);
      SavedCursor cursor = SavedCursor.at(base);
      Set<Long> set = new HashSet<>();
      for (int step = 0; step < 60; step++) {
        long offset = base + random.nextInt(80);
        cursor = cursor.with(offset);
        set.add(offset);
        assertThat(SavedCursor.decode(cursor.encode())).isEqualTo(cursor);
        long unacknowledged = 0;
        for (long each = base; each < base + 90; each++) {
          assertThat(cursor.isAcknowledged(each)).isEqualTo(set.contains(each));
          assertThat(cursor.unacknowledgedBelow(each)).isEqualTo(unacknowledged);
          unacknowledged += set.contains(each) ? 0 : 1;
        }
        assertThat(set.contains(cursor.offset())).isFalse();
      }
    }
  }

  @Test
  void aReasonIsCutBetweenCharacters() {
    String reason = "é".repeat(2_000);
    SavedRetry retry = SavedRetry.decode(new SavedRetry(3, 77, 5, reason).encode());
    assertThat(retry.reason()).isEqualTo("é".repeat(512));
    assertThat(retry).isEqualTo(new SavedRetry(3, 77, 5, SavedRetry.bounded(reason)));
  }

  @Test
  void waitsGrowUpToTheirBound() {
    Backoff backoff = new Backoff(100, 2, 1_000, 0.5);
    assertThat(backoff.delayMs(1, 0)).isEqualTo(100);
    assertThat(backoff.delayMs(3, 0)).isEqualTo(400);
    assertThat(backoff.delayMs(4_000, 0)).isEqualTo(1_000);
    assertThat(backoff.delayMs(1, -1)).isEqualTo(50);
  }
}
