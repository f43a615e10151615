package io.varve.replay;

import io.varve.base.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How long a poll may look for events of one partition that a filter wants: not beyond the poll's
 * own time, not when it is woken up, and in no case so long that other partitions would have to
 * wait for theirs.
 *
 * <p>Thread: confined to the consumer's.
 */
final class Look implements BooleanSupplier {

  private static final long NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

  /** Also a poll without any time comes further by this. */
  private static final long NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(2);

  private final Clock clock;
  private final BooleanSupplier woken;
  private long endNanos;
  private boolean over;

  /**
   * @param woken whether the poll is to end
   */
  Look(Clock clock, BooleanSupplier woken) {
    this.clock = clock;
    this.woken = woken;
  }

  /** Begins with the next partition, of a poll that has time until then. */
  void begin(Deadline poll) {
    long nanos = Math.max(NANOS_MIN, Math.min(NANOS_MAX, poll.leftNanos()));
    endNanos = clock.nanos() + nanos;
    over = false;
  }

  /** Ends it: something else than time does. */
  void end() {
    over = true;
  }

  /** Whether to go on. */
  @Override
  public boolean getAsBoolean() {
    over = woken.getAsBoolean() || clock.nanos() - endNanos >= 0;
    return !over;
  }

  /** Whether it was ended before it came to an end by itself. */
  boolean isOver() {
    return over;
  }
}
