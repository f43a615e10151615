package io.varve.examples.report;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * How many events happened when, and how many of them are in the slice.
 *
 * <p>Thread: immutable.
 *
 * @param buckets without gaps, rising
 */
public record Histogram(CalendarUnit unit, List<Bucket> buckets, TimeRange slice) {
  private static final int BUCKETS_MAX = 140;

  /** One bar. */
  record Bucket(OffsetDateTime start, long inSlice, long others) {
    long startMs() {
      return start.toInstant().toEpochMilli();
    }

    long total() {
      return inSlice + others;
    }
  }

  /** Counts the events that happened at these times, in any order. */
  public static Histogram of(long[] timesMs, TimeRange slice) {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (long ms : timesMs) {
      first = Math.min(first, ms);
      last = Math.max(last, ms);
    }
    if (timesMs.length == 0) {
      return new Histogram(CalendarUnit.DAY, List.of(), slice);
    }
    CalendarUnit unit = CalendarUnit.covering(first, last, BUCKETS_MAX);
    TreeMap<OffsetDateTime, long[]> counts = new TreeMap<>();
    OffsetDateTime end = unit.next(unit.start(last));
    for (OffsetDateTime at = unit.start(first); at.isBefore(end); at = unit.next(at)) {
      counts.put(at, new long[2]);
    }
    for (long ms : timesMs) {
      // The bucket whose start is the last one not after the event; there is always one.
      counts.floorEntry(unit.start(ms)).getValue()[slice.contains(ms) ? 0 : 1]++;
    }
    List<Bucket> buckets = new ArrayList<>();
    counts.forEach((start, count) -> buckets.add(new Bucket(start, count[0], count[1])));
    return new Histogram(unit, List.copyOf(buckets), slice);
  }
}
