package io.varve.verify;

import java.time.DateTimeException;
import java.time.Instant;

/** Numbers as people read them. */
final class Words {

  private Words() {}

  /** A time in ISO-8601, or the number of milliseconds if that has no such form. */
  static String time(long epochMs) {
    try {
      return Instant.ofEpochMilli(epochMs).toString();
    } catch (DateTimeException e) {
      return epochMs + " ms";
    }
  }

  /** A span of timestamps as headers and entries hold it. */
  static String times(long minMs, long maxMs) {
    return minMs > maxMs ? "no timestamps" : "times " + time(minMs) + " to " + time(maxMs);
  }
}
