package io.varve.benchmarks.state.nexmark;

import java.util.List;

/**
 * What one run of a query gave. Immutable.
 *
 * @param events that it was given
 * @param ms from the source's first event to the end of the answer
 * @param cpuNanos of the whole process, from submission to end
 */
public record JobOutcome(
    Answer answer, long events, long ms, long cpuNanos, List<JobCheckpoint> checkpoints) {

  /**
   * A checkpoint that was completed.
   *
   * @param ms from its trigger to the last task's acknowledgement
   * @param syncMs how long tasks stood still for it, added up
   * @param bytes that it wrote
   */
  public record JobCheckpoint(long ms, long syncMs, long bytes) {}
}
