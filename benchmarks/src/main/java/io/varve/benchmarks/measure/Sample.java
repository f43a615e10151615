package io.varve.benchmarks.measure;

/**
 * One turn.
 *
 * @param cpuNanos processor time of the whole process that did the work: background threads,
 *     collector and compiler included
 * @param allocatedBytes heap that all of its threads allocated, or {@link #NOT_MEASURED}
 */
public record Sample(long events, long nanos, long cpuNanos, long allocatedBytes) {

  /** For {@code allocatedBytes}. */
  public static final long NOT_MEASURED = -1;

  public double eventsPerSecond() {
    return events * 1e9 / nanos;
  }

  public double cpuNanosPerEvent() {
    return (double) cpuNanos / events;
  }

  public double allocatedBytesPerEvent() {
    return (double) allocatedBytes / events;
  }
}
