package io.varve.metrics;

import io.varve.base.Clock;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.IntCountsHistogram;

/**
 * How long one kind of work took during the last half to whole minute.
 *
 * <p>Thread: safe, guarded by itself.
 */
public final class LatencyRecorder {
  /*
   * Two histograms take turns: one is filled for half a minute, while the other still shows the half minute before. What
   * is older is forgotten, so that a bad hour does not hide behind a good week, and nobody who looks takes anything away
   * from others who do.
   *
   * A value up to WARM_NANOS is recorded without allocation; the first longer one makes a histogram larger, for good.
   */

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long UNIT_NANOS = 1000;
  private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int DIGITS = 2;

  private final Clock clock;
  private AbstractHistogram filling = histogram();
  private AbstractHistogram before = histogram();
  private long turnNanos;
  private long maxNanos;
  private long maxNanosBefore;

  public LatencyRecorder(Clock clock) {
    this.clock = clock;
    this.turnNanos = clock.nanos();
  }

  private static AbstractHistogram histogram() {
    IntCountsHistogram histogram = new IntCountsHistogram(UNIT_NANOS, WARM_NANOS, DIGITS);
    histogram.setAutoResize(true);
    return histogram;
  }

  /**
   * Records that it was done once, from {@code startNanos} of the clock until now.
   *
   * @return how many nanoseconds that was
   */
  public synchronized long recordSince(long startNanos) {
    long nowNanos = clock.nanos();
    long nanos = Math.max(0, nowNanos - startNanos);
    record(nanos, nowNanos);
    return nanos;
  }

  /** Records that it took {@code nanos} once, from 0, and ended now. */
  public synchronized void record(long nanos) {
    record(nanos, clock.nanos());
  }

  private void record(long nanos, long nowNanos) {
    turn(nowNanos);
    filling.recordValue(nanos);
    maxNanos = Math.max(maxNanos, nanos);
  }

  /** How long it took lately. */
  public synchronized Latency latency() {
    turn(clock.nanos());
    AbstractHistogram both = filling.copy();
    both.add(before);
    if (both.getTotalCount() == 0) {
      return Latency.NONE;
    }
    long max = Math.max(maxNanos, maxNanosBefore);
    return new Latency(
        both.getTotalCount(),
        Math.min(max, both.getValueAtPercentile(50)),
        Math.min(max, both.getValueAtPercentile(95)),
        Math.min(max, both.getValueAtPercentile(99)),
        max);
  }

  private void turn(long nowNanos) {
    long passedNanos = nowNanos - turnNanos;
    if (passedNanos < WINDOW_NANOS) {
      return;
    }
    AbstractHistogram old = before;
    before = filling;
    maxNanosBefore = maxNanos;
    old.reset();
    filling = old;
    maxNanos = 0;
    if (passedNanos >= 2 * WINDOW_NANOS) {
      before.reset();
      maxNanosBefore = 0;
    }
    turnNanos = nowNanos - passedNanos % WINDOW_NANOS;
  }
}
