package io.varve.connect.source.replay;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How long events may be looked for, so that the partitions of a task take turns and a poll returns
 * in time, however slow a disk is, and however many events are passed by since a filter does not
 * want them.
 *
 * <p>Thread: confined to the task's; its partitions share one.
 */
final class Patience implements BooleanSupplier {

  /** For all that a poll looks at before it looks at the time. */
  private static final long FILL_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(300);

  /** For one look for an event that is wanted. */
  private static final long LOOK_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

  private final ReplayClock clock;
  private long fillEndNanos;
  private long endNanos;
  private boolean begun;
  private boolean over;

  Patience(ReplayClock clock) {
    this.clock = clock;
    beginFill();
  }

  /** A batch is begun to be filled. */
  void beginFill() {
    fillEndNanos = clock.nanos() + FILL_NANOS_MAX;
  }

  /** Whether the batch may be filled further. */
  boolean isFillOver() {
    return clock.nanos() - fillEndNanos >= 0;
  }

  /** A look for the next event of one partition begins; its time when it is first asked about. */
  void beginLook() {
    begun = false;
    over = false;
  }

  /** Whether the look is to go on. */
  @Override
  public boolean getAsBoolean() {
    long now = clock.nanos();
    if (!begun) {
      begun = true;
      endNanos = Math.min(now + LOOK_NANOS_MAX, fillEndNanos);
    }
    over = now - endNanos >= 0;
    return !over;
  }

  /** Whether the look was ended before it came to an end by itself. */
  boolean isLookOver() {
    return over;
  }
}
