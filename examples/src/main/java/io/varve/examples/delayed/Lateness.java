package io.varve.examples.delayed;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToLongFunction;

/**
 * How late messages were, milliseconds, rising.
 *
 * <p>Thread: immutable.
 */
final class Lateness {
  private final long[] sortedMs;

  private Lateness(long[] sortedMs) {
    this.sortedMs = sortedMs;
  }

  /** At the consumer. */
  static Lateness of(Collection<Arrival> arrivals) {
    return of(arrivals, Arrival::lateMs);
  }

  static Lateness of(Collection<Arrival> arrivals, ToLongFunction<Arrival> lateMs) {
    long[] sorted = arrivals.stream().mapToLong(lateMs).toArray();
    Arrays.sort(sorted);
    return new Lateness(sorted);
  }

  int count() {
    return sortedMs.length;
  }

  /** So many of a hundred were at most as late; 0 if there are none. */
  long percentile(double percent) {
    if (sortedMs.length == 0) {
      return 0;
    }
    int rank = (int) Math.ceil(percent / 100 * sortedMs.length);
    return sortedMs[Math.max(0, Math.min(sortedMs.length, rank) - 1)];
  }

  long max() {
    return percentile(100);
  }

  /** In words. */
  @Override
  public String toString() {
    return "half at most %d ms late, 99 of 100 %d ms, all %d ms"
        .formatted(percentile(50), percentile(99), max());
  }
}
