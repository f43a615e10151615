package io.varve.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waiting for something that another process does.
 *
 * <p>Thread: stateless.
 */
final class Waiting {
  private static final long INTERVAL_MS = 50;

  private Waiting() {}

  /**
   * Asks until the answer is yes.
   *
   * @throws ClusterException once {@code limit} is over, saying what was waited for
   */
  static void until(String what, Duration limit, BooleanSupplier condition) {
    long startNanos = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - startNanos > limit.toNanos()) {
        throw new ClusterException("Waited %.1f s for %s.".formatted(limit.toMillis() / 1e3, what));
      }
      pause(what);
    }
  }

  /** Lets a little time pass before the next attempt. */
  static void pause(String what) {
    try {
      TimeUnit.MILLISECONDS.sleep(INTERVAL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted while waiting for " + what, e);
    }
  }
}
