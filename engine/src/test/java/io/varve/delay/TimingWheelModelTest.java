package io.varve.delay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A wheel against a priority queue: random additions near, far, past and at the ends of time, a
 * clock that steps, leaps and goes back, and callers who stop when they like. What differs names
 * its seed, which alone replays it.
 */
final class TimingWheelModelTest {

  private static final int RUNS = 40;
  private static final int STEPS = 50_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 256, 1000})
  void givesWhatAPriorityQueueGives(int tickMs) {
    for (int run = 0; run < RUNS; run++) {
      new Run(tickMs, 1_000_003L * tickMs + run).play();
    }
  }

  private static final class Run {

    private static final Comparator<long[]> ORDER =
        Comparator.<long[]>comparingLong(timer -> timer[0]).thenComparingLong(timer -> timer[1]);

    private final long seed;
    private final SplittableRandom random;
    private final TimingWheel wheel;
    private final PriorityQueue<long[]> model = new PriorityQueue<>(ORDER);

    /** The greatest power of two by which a step of the clock, or a delay, is usually bounded. */
    private final int reachBits;

    private final boolean risingOffsets;
    private final boolean leaps;
    private long nowMs;
    private long offset;

    Run(int tickMs, long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.nowMs = random.nextBoolean() ? 0 : random.nextLong(1L << random.nextInt(1, 50));
      this.reachBits = random.nextInt(1, 40);
      this.risingOffsets = random.nextBoolean();
      this.leaps = random.nextInt(4) == 0;
      this.wheel = new TimingWheel(nowMs, tickMs);
    }

    void play() {
      for (int step = 0; step < STEPS; step++) {
        int what = random.nextInt(100);
        if (what < 60) {
          add();
        } else if (what < 75) {
          moveClock();
        } else if (what < 98) {
          take(random.nextInt(1, 8));
        } else if (what == 98) {
          take(Integer.MAX_VALUE);
        } else {
          check(wheel.size() == model.size(), "size");
          check(model.isEmpty() || wheel.nextDueMs() <= model.element()[0], "nextDueMs");
          check(wheel.nextDueMs() == Long.MAX_VALUE || !model.isEmpty(), "nextDueMs of none");
        }
        if (step == STEPS / 2) {
          showAll();
        }
      }
      nowMs = Long.MAX_VALUE;
      take(Integer.MAX_VALUE);
      check(wheel.size() == 0 && model.isEmpty(), "something is left");
    }

    private void add() {
      long dueMs = dueMs();
      long of = risingOffsets ? offset++ : random.nextLong(1000);
      int copies = random.nextInt(500) == 0 ? 200 : 1;
      for (int i = 0; i < copies; i++) {
        wheel.add(dueMs, of);
        model.add(new long[] {dueMs, of});
      }
    }

    private long dueMs() {
      return switch (random.nextInt(64)) {
        case 0 -> Long.MAX_VALUE - random.nextInt(3);
        case 1 -> random.nextLong();
        case 2 -> random.nextInt(3) - 1;
        case 3, 4, 5 -> nowMs;
        case 6, 7, 8, 9, 10 -> nowMs - distance();
        default -> nowMs + distance();
      };
    }

    /** Small numbers as often as large ones. */
    private long distance() {
      return random.nextLong(1L << random.nextInt(reachBits + 1));
    }

    private void moveClock() {
      switch (random.nextInt(32)) {
        case 0 -> nowMs -= distance();
        case 1 -> nowMs += distance();
        default -> nowMs += random.nextLong(1 + (distance() >>> 4));
      }
      if (leaps && random.nextInt(2000) == 0) {
        takeAfterALeap();
      }
    }

    /** The clock leaps ahead and is set right again. */
    private void takeAfterALeap() {
      long rightMs = nowMs;
      nowMs = Math.max(nowMs, random.nextLong(1L << 45));
      take(random.nextInt(1, 4));
      nowMs = rightMs;
    }

    private void take(int most) {
      for (int i = 0; i < most; i++) {
        boolean due = !model.isEmpty() && model.element()[0] <= nowMs;
        check(wheel.next(nowMs) == due, due ? "a due timer did not come" : "a timer came early");
        if (!due) {
          return;
        }
        long[] expected = model.remove();
        if (wheel.dueMs() != expected[0] || wheel.offset() != expected[1]) {
          throw new AssertionError(
              "seed %d: expected %d of %d, but got %d of %d"
                  .formatted(seed, expected[0], expected[1], wheel.dueMs(), wheel.offset()));
        }
      }
    }

    private void showAll() {
      List<long[]> shown = new ArrayList<>();
      wheel.forEach((dueMs, of) -> shown.add(new long[] {dueMs, of}));
      shown.sort(ORDER);
      List<long[]> expected = new ArrayList<>(model);
      expected.sort(ORDER);
      assertThat(shown.toArray(new long[0][])).isDeepEqualTo(expected.toArray(new long[0][]));
    }

    private void check(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError("seed " + seed + ", at " + nowMs + ": " + what);
      }
    }
  }
}
