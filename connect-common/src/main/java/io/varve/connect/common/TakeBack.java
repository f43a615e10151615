package io.varve.connect.common;

import java.util.concurrent.TimeUnit;

/**
 * When a task takes a log back that another has taken from it.
 *
 * <p>The worker says which task a log belongs to. One that was replaced can still take it once
 * more: a task whose opening was held up by a slow disk, a worker that was frozen. So a task that
 * is fenced waits, lest it be the one that was replaced and has not been told yet, and then takes
 * the log back. Where two go on for good, as with a connector of the same name in another cluster,
 * one gives up.
 *
 * <p>Thread: confined to one.
 */
public final class TakeBack {

  /** What {@link #waitNanos} returns when the log is not to be taken back. */
  public static final long NEVER = -1;

  /*
   * A task notices only when it writes that its log was taken. So time alone says nothing: with an event an hour each of
   * two finds, an hour after it took the log, that the other has it. What says something is a write that succeeded some
   * time after another one: nobody took the log between them. It makes up for one loss, not for all. Of two that go on
   * taking a log from each other, the one that writes less often can make up for half of its losses at most, however
   * seldom either writes, and so is soon through with them.
   */

  private static final int LOSSES_MAX = 5;
  private static final long FIRST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A log that was written twice, so far apart, was held between. */
  private static final long HELD_NANOS = TimeUnit.MINUTES.toNanos(2);

  /** What was seen of the log since it was lost last. */
  private enum Seen {
    NOTHING,
    WRITTEN,
    HELD
  }

  private int losses;
  private Seen seen = Seen.HELD;
  private long writtenNanos;

  /** The log was taken: how long to wait before it is taken back, or {@link #NEVER}. */
  public long waitNanos() {
    seen = Seen.NOTHING;
    losses++;
    return losses > LOSSES_MAX
        ? NEVER
        : Math.min(LONGEST_WAIT_NANOS, FIRST_WAIT_NANOS << (losses - 1));
  }

  /** Something was written durably, which shows that the log was not taken. */
  public void written(long nowNanos) {
    if (seen == Seen.NOTHING) {
      seen = Seen.WRITTEN;
      writtenNanos = nowNanos;
    } else if (seen == Seen.WRITTEN && nowNanos - writtenNanos >= HELD_NANOS) {
      seen = Seen.HELD;
      losses--;
    }
  }

  /** Why it is never taken back, and what to do. */
  public static String advice() {
    return ". It was taken over "
        + (LOSSES_MAX + 1)
        + " times more often than this task could hold it for "
        + TimeUnit.NANOSECONDS.toMinutes(HELD_NANOS)
        + " minutes. Does a connector of the same name use this store from another Connect"
        + " cluster? End it there or give it another name, then restart this task; nothing that was"
        + " acknowledged is lost";
  }
}
