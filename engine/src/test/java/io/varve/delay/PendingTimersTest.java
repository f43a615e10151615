package io.varve.delay;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.delay.PendingTimers.Arrival;
import io.varve.format.Progress;
import io.varve.io.Directory;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.ManualWork;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random timers, ids, cancels, saves and openings, beside a sorted set. */
final class PendingTimersTest {

  private static final TimerMemory LITTLE = new TimerMemory(3000, 2500, 1024, 400, 150, 100);
  private static final UUID STORE = new UUID(1, 2);

  private final CrashDisk disk = new CrashDisk();
  private final Directory folder = disk.process().root().folder("timers");
  private final ManualWork work = new ManualWork(1);
  private final java.util.concurrent.Executor background = work.strand();

  private record Timer(long dueMs, long offset) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return dueMs != other.dueMs
          ? Long.compare(dueMs, other.dueMs)
          : Long.compare(offset, other.offset);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void releasesWhatASortedSetWould(long seed) throws IOException {
    Random random = new Random(seed);
    long spread = 1L << (3 + random.nextInt(30));
    TreeSet<Timer> model = new TreeSet<>();
    Map<Long, Timer> ofId = new HashMap<>();
    Timer last = new Timer(Long.MIN_VALUE, -1);
    long now = 1_000_000;
    long offset = 0;
    PendingTimers timers = open(0, null, 0, now);
    List<Batch> taken = new ArrayList<>();
    for (int step = 0; step < 300; step++) {
      int added = random.nextInt(300);
      for (int i = 0; i < added; i++) {
        long due = now + 1 + Math.floorMod(random.nextLong(), spread);
        if (random.nextInt(8) == 0) {
          due = now - random.nextInt(100);
        }
        Timer timer = new Timer(due, offset);
        boolean late = timer.compareTo(last) < 0;
        assertThat(timers.arrival(due, offset)).isEqualTo(late ? Arrival.LATE : Arrival.PENDING);
        if (late) {
          // Whoever takes it in releases it at once.
          offset++;
          continue;
        }
        long id = random.nextInt(1000);
        boolean hasId = random.nextInt(3) == 0;
        if (hasId) {
          boolean known = ofId.containsKey(id) && model.remove(ofId.remove(id));
          assertThat(timers.cancel(id, same -> true)).isEqualTo(known);
        }
        if (!hasId || random.nextInt(4) != 0) {
          timers.add(timer.dueMs(), offset);
          model.add(timer);
          if (hasId) {
            timers.addId(id, timer.dueMs(), offset);
            ofId.put(id, timer);
          }
        }
        offset++;
      }
      timers.takenIn(offset);
      now += Math.floorMod(random.nextLong(), Math.max(2, spread / 50));
      while (random.nextBoolean()) {
        Batch ahead = timers.takeAhead(now + random.nextInt(500), 1 + random.nextInt(300));
        if (ahead != null) {
          ahead.letGive(random.nextInt(ahead.count() + 1));
          taken.add(ahead);
        }
      }
      int most = random.nextInt(600);
      for (int i = 0; i < most && next(timers, now, taken); i++) {
        Timer first = model.pollFirst();
        assertThat(new Timer(timers.dueMs(), timers.offset())).isEqualTo(first);
        last = first;
        timers.released(timers.dueMs(), timers.offset());
      }
      if (most == 599 || model.isEmpty()) {
        assertThat(timers.nextDueMs()).isGreaterThanOrEqualTo(0);
      }
      assertThat(timers.pending()).isEqualTo(model.size());
      assertThat(timers.nextDueMs())
          .isLessThanOrEqualTo(model.isEmpty() ? Long.MAX_VALUE : model.first().dueMs());
      if (!timers.isSaving() && random.nextInt(8) == 0) {
        timers.beginSave(step, now, () -> true, background);
      }
      if (random.nextInt(3) == 0) {
        work.runAll();
      }
      timers.completeSave();
      if (timers.isSaveDue(now) || random.nextInt(20) == 0) {
        timers.save(step, now, () -> true);
        if (random.nextBoolean()) {
          work.runAll();
        }
        if (random.nextInt(4) == 0) {
          Progress progress = timers.progress();
          timers.close();
          timers = open(step + 1, progress, step, now);
          assertThat(timers.progress()).isEqualTo(progress);
          assertThat(timers.pending()).isEqualTo(model.size());
        }
      }
    }
    while (next(timers, Long.MAX_VALUE, taken)) {
      assertThat(new Timer(timers.dueMs(), timers.offset())).isEqualTo(model.pollFirst());
      timers.released(timers.dueMs(), timers.offset());
    }
    assertThat(model).isEmpty();
    assertThat(timers.pending()).isZero();
    timers.close();
  }

  /** Steps to the next timer; where a batch does not let it, it is made to. */
  private static boolean next(PendingTimers timers, long now, List<Batch> taken)
      throws IOException {
    boolean any = timers.next(now);
    if (!any && timers.isAwaiting()) {
      taken.forEach(batch -> batch.letGive(batch.count()));
      any = timers.next(now);
      assertThat(timers.isAwaiting()).isFalse();
    }
    return any;
  }

  @Test
  void aTimerOfAnotherIdWithTheSameHashIsNotCancelled() throws IOException {
    PendingTimers timers = open(1, null, 0, 0);
    timers.add(10, 0);
    timers.addId(77, 10, 0);
    timers.add(20, 1);
    timers.addId(77, 20, 1);
    timers.takenIn(2);

    assertThat(timers.cancel(77, offset -> false)).isFalse();
    assertThat(timers.cancel(77, offset -> offset == 1)).isTrue();
    assertThat(timers.pending()).isEqualTo(1);
    assertThat(timers.next(100)).isTrue();
    assertThat(timers.offset()).isZero();
    timers.released(10, 0);
    assertThat(timers.next(100)).isFalse();
    timers.close();
  }

  @Test
  void memoryDoesNotDependOnHowManyArePending() throws IOException {
    PendingTimers timers = open(1, null, 0, 0);
    long largest = 0;
    Random random = new Random(3);
    List<Long> dues = new ArrayList<>();
    for (int i = 0; i < 300_000; i++) {
      // Many at the same moment.
      long due = i % 2 == 0 ? 5_000_000 : 1 + random.nextInt(10_000_000);
      dues.add(due);
      timers.add(due, i);
      timers.takenIn(i + 1);
      if (timers.isSaveDue(0)) {
        timers.save(1, 0, () -> true);
        work.runAll();
      }
      largest = Math.max(largest, timers.memoryBytes());
    }
    dues.sort(null);
    for (long due : dues) {
      assertThat(timers.next(10_000_000)).isTrue();
      assertThat(timers.dueMs()).isEqualTo(due);
      timers.released(due, timers.offset());
      largest = Math.max(largest, timers.memoryBytes());
    }
    assertThat(largest).isLessThan(700_000);
    assertThat(timers.files()).isLessThan(40);
    timers.close();
  }

  @Test
  void oneThatIsTakenOverRightAfterItWasOursDeletesNothingOfTheNext() throws IOException {
    PendingTimers first = open(1, null, 0, 0);
    first.add(10, 0);
    first.takenIn(1);
    first.save(
        0,
        0,
        () -> {
          PendingTimers next = open(2, null, 0, 0);
          next.add(20, 1);
          next.takenIn(2);
          next.save(0, 0, () -> true);
          next.close();
          return true;
        });
    first.close();

    PendingTimers last = open(3, null, 0, 0);
    assertThat(last.progress().nextOffset()).isEqualTo(2);
    assertThat(last.pending()).isEqualTo(2);
    last.close();
  }

  private PendingTimers open(long epoch, Progress released, long readyNextOffset, long now)
      throws IOException {
    return PendingTimers.open(
        folder, STORE, epoch, released, readyNextOffset, LITTLE, 1, now, background);
  }
}
