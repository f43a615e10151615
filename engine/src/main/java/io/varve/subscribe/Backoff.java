package io.varve.subscribe;

import io.varve.base.BadSettingException;

/**
 * How long an event waits before it is tried again: longer with each failed try, and not exactly so
 * long, lest all that failed together come together again.
 *
 * @param baseMs after the first failed try, milliseconds; from 0
 * @param factor by how much longer after each further one; 1 to 100
 * @param maxMs never longer than this, milliseconds; from {@code baseMs} to a year
 * @param jitter how large a part of the wait is left to chance, 0 to 1: the wait is that part
 *     shorter at most
 */
public record Backoff(long baseMs, double factor, long maxMs, double jitter) {

  private static final long YEAR_MS = 365L * 86_400_000;

  /** 200 ms, twice as long each time, up to a minute; a fifth of it by chance. */
  public static final Backoff DEFAULT = new Backoff(200, 2, 60_000, 0.2);

  public Backoff {
    if (baseMs < 0) {
      throw new BadSettingException("backoff.base.ms", baseMs, "a number from 0");
    }
    if (!(factor >= 1 && factor <= 100)) {
      throw new BadSettingException("backoff.factor", factor, "a number from 1 to 100");
    }
    if (maxMs < baseMs || maxMs > YEAR_MS) {
      throw new BadSettingException(
          "backoff.max.ms", maxMs, "a number from " + baseMs + " to " + YEAR_MS);
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new BadSettingException("backoff.jitter", jitter, "a number from 0 to 1");
    }
  }

  /** The same wait each time. */
  public static Backoff fixedMs(long ms) {
    return new Backoff(ms, 1, ms, 0);
  }

  /**
   * The wait after a failed try.
   *
   * @param tries how many have failed, from 1
   * @param random any bits
   */
  long delayMs(int tries, long random) {
    double whole = Math.min(maxMs, baseMs * Math.pow(factor, tries - 1));
    double chance = (random >>> 11) * 0x1p-53;
    return Math.round(whole * (1 - jitter * chance));
  }
}
