package io.varve.work;

import io.varve.base.Clock;

/**
 * How many bytes background work may read and write in a second, so that what is urgent finds the
 * disk free. What isn't used is kept for a tenth of a second; a piece of work that is larger than
 * what is left is paid back before the next one.
 *
 * <p>Thread: safe, guarded by itself.
 */
public final class IoBudget {

  private static final double KEPT_SECONDS = 0.1;

  private final double bytesPerSecond;
  private final Clock clock;

  private double left;
  private long filledNanos;

  /**
   * @param bytesPerSecond from 1
   */
  public IoBudget(long bytesPerSecond, Clock clock) {
    this.bytesPerSecond = bytesPerSecond;
    this.clock = clock;
    this.filledNanos = clock.nanos();
  }

  /** Whether anything may be read or written now. */
  public synchronized boolean available() {
    long now = clock.nanos();
    double earned = (now - filledNanos) / 1e9 * bytesPerSecond;
    filledNanos = now;
    left = Math.min(bytesPerSecond * KEPT_SECONDS, left + earned);
    return left > 0;
  }

  /** Counts bytes that were read or written. */
  public synchronized void spend(long bytes) {
    left -= bytes;
  }
}
