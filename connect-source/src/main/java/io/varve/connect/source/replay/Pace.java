package io.varve.connect.source.replay;

import io.varve.connect.source.config.Speed;

/**
 * Says when an event is due in a paced replay: the first one at once, each later one after the time
 * that lay between them, divided by the speed's factor.
 *
 * <p>Time goes on from the latest event so far: one whose timestamp is behind it is due at once,
 * and never turns time back. A wait is never longer than the speed's longest gap.
 */
final class Pace {

  private static final double NANOS_MAX = 1L << 61;

  private final Speed speed;
  private boolean begun;
  private long latestMs;
  private long latestDueNanos;

  Pace(Speed speed) {
    this.speed = speed;
  }

  /** When an event of this timestamp is due, on the clock of {@code nowNanos}. */
  long dueNanos(long timestampMs, long nowNanos) {
    if (!begun) {
      return nowNanos;
    }
    if (timestampMs <= latestMs) {
      return latestDueNanos;
    }
    long apartMs = timestampMs - latestMs;
    double gap = (apartMs < 0 ? Long.MAX_VALUE : apartMs) * 1e6 / speed.factor();
    if (speed.gapMsMax() >= 0) {
      gap = Math.min(gap, speed.gapMsMax() * 1e6);
    }
    return latestDueNanos + (long) Math.min(gap, NANOS_MAX);
  }

  /** Tells that an event of this timestamp was sent, being due. */
  void sent(long timestampMs, long nowNanos) {
    if (!begun || timestampMs > latestMs) {
      latestDueNanos = dueNanos(timestampMs, nowNanos);
      latestMs = timestampMs;
      begun = true;
    }
  }

  /** Takes out time in which the replay was held. */
  void skip(long nanos) {
    latestDueNanos += nanos;
  }
}
