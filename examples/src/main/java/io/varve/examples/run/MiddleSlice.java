package io.varve.examples.run;

import io.varve.examples.report.TimeRange;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;

/** Picks the time range to replay where the user names none. */
public final class MiddleSlice {
  private static final long YEARS_MIN_MS = 4L * 365 * 24 * 3600 * 1000;
  private static final double SHARE_MAX = 0.6;

  private MiddleSlice() {}

  /**
   * The calendar year in UTC that the event in the middle falls into, if the events span several
   * years and that one doesn't hold most of them; else the fifth in the middle.
   *
   * @param timesMs in any order, at least one
   */
  public static TimeRange of(long[] timesMs) {
    long[] sorted = timesMs.clone();
    Arrays.sort(sorted);
    int count = sorted.length;
    if (sorted[count - 1] - sorted[0] >= YEARS_MIN_MS) {
      int year = Instant.ofEpochMilli(sorted[count / 2]).atOffset(ZoneOffset.UTC).getYear();
      TimeRange whole = new TimeRange(startOf(year), startOf(year + 1));
      long inside = Arrays.stream(sorted).filter(whole::contains).count();
      if (inside <= SHARE_MAX * count) {
        return whole;
      }
    }
    long start = sorted[(int) (count * 0.4)];
    long end = sorted[Math.min(count - 1, (int) (count * 0.6))];
    return new TimeRange(start, Math.max(end, start + 1));
  }

  private static long startOf(int year) {
    return LocalDate.of(year, 1, 1).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
  }
}
