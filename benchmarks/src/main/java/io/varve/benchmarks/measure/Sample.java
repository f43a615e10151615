package io.varve.benchmarks.measure;

/**
 * One turn of a contestant.
 *
 * @param cpuNanos processor time of the whole process: background threads, collector and compiler
 *     included
 * @param allocatedBytes heap that all threads allocated
 */
public record Sample(long events, long nanos, long cpuNanos, long allocatedBytes) {

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
