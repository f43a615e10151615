package io.varve.examples.report;

import java.time.Instant;

/**
 * Moments from {@code startMs} up to, not including, {@code endMs}.
 *
 * <p>Thread: immutable.
 */
public record TimeRange(long startMs, long endMs) {

  /** Whether the moment is inside. */
  public boolean contains(long ms) {
    return startMs <= ms && ms < endMs;
  }

  /** As two ISO-8601 times; a whole day's start without its zeros. */
  @Override
  public String toString() {
    return shortest(startMs) + " to " + shortest(endMs);
  }

  private static String shortest(long ms) {
    return Instant.ofEpochMilli(ms).toString().replace("T00:00:00Z", "");
  }
}
