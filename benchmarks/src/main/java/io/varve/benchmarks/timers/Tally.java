package io.varve.benchmarks.timers;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts timers as they are given, and how late by the machine's clock if that is wanted. Thread:
 * one gives, any may look at the count.
 */
final class Tally {

  /** Within a power of two there are so many buckets of lateness: exact to 3 percent. */
  private static final int BUCKET_BITS = 5;

  private final boolean timed;
  private final AtomicLong count = new AtomicLong();
  private final int[] buckets = new int[(Long.SIZE + 1) << BUCKET_BITS];
  private long given;
  private long sumOfOffsets;
  private volatile long clockAheadNanos;

  Tally(boolean timed) {
    this.timed = timed;
  }

  /** Sets by how much the clock of the timers' due times is ahead of the machine's. */
  void clockAhead(long nanos) {
    clockAheadNanos = nanos;
  }

  /** The time on the clock of the timers' due times. */
  long nowMs() {
    return nowNanos() / 1_000_000;
  }

  long nowNanos() {
    return System.nanoTime() + clockAheadNanos;
  }

  void expired(long dueMs, long offset) {
    if (timed) {
      long micros = Math.max(0, (nowNanos() - dueMs * 1_000_000) / 1_000);
      buckets[bucket(micros)]++;
    }
    sumOfOffsets += offset;
    count.lazySet(++given);
  }

  long count() {
    return count.get();
  }

  /** Fails unless each timer of the load was given, and once. */
  void check(Load load, String name) {
    if (given != load.timers() || sumOfOffsets != load.sumOfOffsets()) {
      throw new IllegalStateException(
          "%s gave %d timers with offsets of %d in sum, not %d with %d"
              .formatted(name, given, sumOfOffsets, load.timers(), load.sumOfOffsets()));
    }
  }

  /** How late the given part of all timers was at most. */
  double latenessMs(double part) {
    long rank = (long) Math.ceil(given * part);
    long seen = 0;
    for (int i = 0; i < buckets.length; i++) {
      seen += buckets[i];
      if (seen >= rank) {
        return lowerBound(i + 1) / 1_000.0;
      }
    }
    return Double.NaN;
  }

  private static int bucket(long micros) {
    int shift = Math.max(0, Long.SIZE - 1 - BUCKET_BITS - Long.numberOfLeadingZeros(micros | 1));
    return (shift << BUCKET_BITS) + (int) (micros >>> shift);
  }

  private static long lowerBound(int bucket) {
    int shift = Math.max(0, (bucket >>> BUCKET_BITS) - 1);
    return (long) (bucket - (shift << BUCKET_BITS)) << shift;
  }
}
