package io.varve;

import io.varve.base.BadSettingException;

/**
 * Which events to read: those whose offset <em>and</em> timestamp lie in their range, both without
 * their end. A bounded range of times holds no event without a timestamp.
 *
 * @param fromOffset the first offset, from 0
 * @param toOffset the offset behind the last; {@link Long#MAX_VALUE} to follow the log as it grows
 * @param fromTimeMs milliseconds since the Unix epoch; {@link Long#MIN_VALUE} for no bound
 * @param toTimeMs milliseconds since the Unix epoch; {@link Long#MAX_VALUE} for no bound
 */
public record ReadRange(long fromOffset, long toOffset, long fromTimeMs, long toTimeMs) {

  private static final ReadRange ALL =
      new ReadRange(0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE);

  public ReadRange {
    if (fromOffset < 0) {
      throw new BadSettingException("from offset", fromOffset, "a number from 0");
    }
    if (toOffset < fromOffset) {
      throw new BadSettingException("to offset", toOffset, "a number from " + fromOffset);
    }
    if (toTimeMs < fromTimeMs) {
      throw new BadSettingException("to time", toTimeMs, "a time from " + fromTimeMs);
    }
  }

  /** Everything, and what comes. */
  public static ReadRange all() {
    return ALL;
  }

  /** Offsets in [from, to), whatever their times. */
  public static ReadRange offsets(long from, long to) {
    return ALL.withOffsets(from, to);
  }

  /** Timestamps in [fromMs, toMs), whatever their offsets. */
  public static ReadRange times(long fromMs, long toMs) {
    return ALL.withTimes(fromMs, toMs);
  }

  public ReadRange withOffsets(long from, long to) {
    return new ReadRange(from, to, fromTimeMs, toTimeMs);
  }

  public ReadRange withTimes(long fromMs, long toMs) {
    return new ReadRange(fromOffset, toOffset, fromMs, toMs);
  }

  /** Whether times are bounded at all. */
  public boolean boundsTimes() {
    return fromTimeMs != Long.MIN_VALUE || toTimeMs != Long.MAX_VALUE;
  }
}
