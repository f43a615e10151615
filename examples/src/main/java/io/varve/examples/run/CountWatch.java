package io.varve.examples.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Watches a count rise towards its goal and shows it on the screen.
 *
 * <p>Thread: confined to one.
 */
final class CountWatch {
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final int RATE_WINDOW = 15;
  private static final double CHECK_INTERVAL_SECONDS = 2;

  private record Moment(double seconds, long count) {}

  private final Screen screen;
  private final String what;
  private final LongSupplier count;
  private final long goal;
  private final Duration stillMax;
  private final Runnable check;
  private final Deque<Moment> recent = new ArrayDeque<>();
  private long highest;
  private double risenAt;
  private double checkedAt;

  /**
   * @param stillMax for how long the count may stand still before waiting is given up
   * @param check throws if there is no use in waiting; called now and then
   */
  CountWatch(
      Screen screen,
      String what,
      LongSupplier count,
      long goal,
      Duration stillMax,
      Runnable check) {
    this.screen = screen;
    this.what = what;
    this.count = count;
    this.goal = goal;
    this.stillMax = stillMax;
    this.check = check;
    this.risenAt = screen.seconds();
    this.checkedAt = screen.seconds();
  }

  /** Waits until the goal is reached; false if the count stood still for too long before. */
  boolean awaitGoal() {
    return await(() -> count.getAsLong() >= goal);
  }

  /** Waits until the condition is met; false if the count stood still for too long before. */
  boolean await(BooleanSupplier condition) {
    while (true) {
      show();
      if (condition.getAsBoolean()) {
        return true;
      }
      if (screen.seconds() - risenAt > stillMax.toSeconds()) {
        return false;
      }
      if (screen.seconds() - checkedAt > CHECK_INTERVAL_SECONDS) {
        check.run();
        checkedAt = screen.seconds();
      }
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }

  private void show() {
    Moment now = new Moment(screen.seconds(), count.getAsLong());
    if (now.count() > highest) {
      highest = now.count();
      risenAt = now.seconds();
    }
    recent.addLast(now);
    if (recent.size() > RATE_WINDOW) {
      recent.removeFirst();
    }
    Moment first = recent.getFirst();
    double seconds = now.seconds() - first.seconds();
    double rate = seconds == 0 ? 0 : (now.count() - first.count()) / seconds;
    screen.progress(what, now.count(), goal, rate);
  }
}
