package io.varve.metrics;

/**
 * How long something took lately, see {@link LatencyRecorder}. Percentiles are within 1 % of the
 * true ones; all are 0 if nothing was done lately.
 *
 * @param count how often it was done
 * @param p50Nanos half of all took at most as many nanoseconds
 * @param p95Nanos 95 of 100 did
 * @param p99Nanos 99 of 100 did
 * @param maxNanos the longest took as many nanoseconds
 */
public record Latency(long count, long p50Nanos, long p95Nanos, long p99Nanos, long maxNanos) {

  /** Nothing was done lately. */
  public static final Latency NONE = new Latency(0, 0, 0, 0, 0);
}
