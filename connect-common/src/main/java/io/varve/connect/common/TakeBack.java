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

  private static final int TIMES_MAX = 5;
  private static final long FIRST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A log that was held for so long was not contested. */
  private static final long CALM_NANOS = TimeUnit.MINUTES.toNanos(2);

  private int times;
  private long lastNanos;

  /** The log was taken: how long to wait before it is taken back, or {@link #NEVER}. */
  public long waitNanos(long nowNanos) {
    if (nowNanos - lastNanos >= CALM_NANOS) {
      times = 0;
    }
    lastNanos = nowNanos;
    times++;
    return times > TIMES_MAX
        ? NEVER
        : Math.min(LONGEST_WAIT_NANOS, FIRST_WAIT_NANOS << (times - 1));
  }

  /** Why it is never taken back, and what to do. */
  public static String advice() {
    return ". It was taken over "
        + (TIMES_MAX + 1)
        + " times within minutes. Does a connector of the same name use this store from another Connect"
        + " cluster? End it there or give it another name, then restart this task; nothing that was"
        + " acknowledged is lost";
  }
}
