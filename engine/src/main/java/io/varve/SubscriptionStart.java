package io.varve;

import io.varve.base.BadSettingException;

/**
 * Where a new subscription begins in the logs that there are. Logs that come later it reads from
 * their start.
 *
 * @param at which place that is
 * @param timeMs for {@link At#TIME}, milliseconds since the Unix epoch
 */
public record SubscriptionStart(At at, long timeMs) {

  /** A place in a log. */
  public enum At {
    /** The first event that there is. */
    EARLIEST,
    /** Behind the last event that there is. */
    LATEST,
    /** The first event whose timestamp is as late as a time. */
    TIME
  }

  public SubscriptionStart {
    if (timeMs < 0) {
      throw new BadSettingException("start.time.ms", timeMs, "a number from 0");
    }
  }

  public static SubscriptionStart earliest() {
    return new SubscriptionStart(At.EARLIEST, 0);
  }

  public static SubscriptionStart latest() {
    return new SubscriptionStart(At.LATEST, 0);
  }

  public static SubscriptionStart atTimeMs(long timeMs) {
    return new SubscriptionStart(At.TIME, timeMs);
  }
}
