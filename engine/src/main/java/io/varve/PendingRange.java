package io.varve;

import io.varve.base.BadSettingException;

/**
 * Which pending timers are asked for: those that are due within a time, behind a place, and no more
 * than so many at once.
 *
 * @param fromMs none that is due earlier
 * @param untilMs none that is due then or later
 * @param fromOffset of those due at {@code fromMs} none with a lower offset
 * @param limit 1 to {@value #LIMIT_MAX}
 */
public record PendingRange(long fromMs, long untilMs, long fromOffset, int limit) {

  /** No more are shown at once: they are gathered in the scheduler's time. */
  public static final int LIMIT_MAX = 10_000;

  public PendingRange {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new BadSettingException("limit", limit, "a number from 1 to " + LIMIT_MAX);
    }
  }

  /** All that is pending, a thousand at once. */
  public static PendingRange all() {
    return between(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** What is due from one time until before another, a thousand at once. */
  public static PendingRange between(long fromMs, long untilMs) {
    return new PendingRange(fromMs, untilMs, 0, 1000);
  }

  public PendingRange withLimit(int value) {
    return new PendingRange(fromMs, untilMs, fromOffset, value);
  }

  /** What is left of it from a place on. */
  PendingRange from(long dueMs, long offset) {
    return new PendingRange(dueMs, untilMs, offset, limit);
  }
}
