package io.varve.replay;

import io.varve.base.Clock;
import java.time.Duration;

/**
 * When a call's time is over.
 *
 * @param clock tells the time
 * @param endNanos by that clock
 */
record Deadline(Clock clock, long endNanos) {

  /** Some three hundred years would overflow. */
  private static final long NANOS_MAX = Long.MAX_VALUE / 4;

  /**
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  static Deadline in(Duration timeout, Clock clock) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("Invalid negative timeout " + timeout.toMillis());
    }
    long nanos = timeout.compareTo(Duration.ofNanos(NANOS_MAX)) > 0 ? NANOS_MAX : timeout.toNanos();
    return new Deadline(clock, clock.nanos() + nanos);
  }

  long leftNanos() {
    return endNanos - clock.nanos();
  }

  boolean isOver() {
    return leftNanos() <= 0;
  }
}
