package io.varve.dedup;

import java.util.Arrays;

/**
 * The time that a log has come to: the median of its last {@value #EVENTS} timestamps. Fewer than
 * half of them can say what they like without moving it far, and it follows a jump that all events
 * make after half as many. It depends on these events alone, so that whoever reads them from the
 * log comes to the same time; it goes back when they do.
 *
 * <p>Thread: confined to one.
 */
public final class LogTime {

  /** How many timestamps it looks at. Odd. */
  static final int EVENTS = 31;

  /** As long as too few events had a timestamp. Lower than any timestamp. */
  static final long NONE = -1;

  /** Later timestamps count as this one, so that sums don't overflow. */
  private static final long LATEST = 1L << 60;

  private final long[] latest = new long[EVENTS];
  private final long[] sorted = new long[EVENTS];
  private int oldest;

  public LogTime() {
    Arrays.fill(latest, NONE);
    Arrays.fill(sorted, NONE);
  }

  /** Forgets all timestamps. */
  void reset() {
    Arrays.fill(latest, NONE);
    Arrays.fill(sorted, NONE);
    oldest = 0;
  }

  /** Whether it has as many timestamps as it looks at. */
  public boolean isComplete() {
    return sorted[0] != NONE;
  }

  /** Takes in the timestamp of an event that the log has taken; one below zero is none. */
  public void add(long timestampMs) {
    if (timestampMs < 0) {
      return;
    }
    long added = Math.min(timestampMs, LATEST);
    long gone = latest[oldest];
    latest[oldest] = added;
    oldest = oldest + 1 == EVENTS ? 0 : oldest + 1;
    int hole = Arrays.binarySearch(sorted, gone);
    while (hole + 1 < EVENTS && sorted[hole + 1] < added) {
      sorted[hole] = sorted[++hole];
    }
    while (hole > 0 && sorted[hole - 1] > added) {
      sorted[hole] = sorted[--hole];
    }
    sorted[hole] = added;
  }

  /** The log's time, or one below zero as long as too few events had a timestamp. */
  public long nowMs() {
    return sorted[EVENTS / 2];
  }

  /**
   * The time of an event that comes now: its timestamp, or the log's time if it comes late or has
   * none. From 0.
   */
  long of(long timestampMs) {
    return Math.max(0, Math.max(Math.min(timestampMs, LATEST), nowMs()));
  }

  /** The timestamps that it looks at, oldest first. */
  long[] timestamps() {
    long[] copy = new long[EVENTS];
    for (int i = 0; i < EVENTS; i++) {
      copy[i] = latest[(oldest + i) % EVENTS];
    }
    return copy;
  }

  /** Goes on from what {@link #timestamps} gave. */
  void restore(long[] timestamps) {
    reset();
    for (long each : timestamps) {
      add(each);
    }
  }
}
