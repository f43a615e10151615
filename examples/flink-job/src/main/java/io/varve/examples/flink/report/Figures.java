package io.varve.examples.flink.report;

import io.varve.examples.flink.cluster.FlinkRest.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What was measured of one backend, in both directions of the run.
 *
 * <p>Thread: confined to one.
 */
public final class Figures {
  private final List<Checkpoint> checkpoints = new ArrayList<>();
  private long events;
  private double seconds;
  private long memoryPeakBytes;
  private final List<Double> afterKillMs = new ArrayList<>();
  private final List<Double> rescaledMs = new ArrayList<>();
  private final List<Double> fromOtherMs = new ArrayList<>();
  private final List<Double> nativeMs = new ArrayList<>();
  private final List<Double> canonicalMs = new ArrayList<>();

  /** {@code events} were read within {@code seconds} in which nothing was done to the job. */
  public void ran(long events, double seconds) {
    this.events += events;
    this.seconds += seconds;
  }

  public void checkpoints(List<Checkpoint> more) {
    checkpoints.addAll(more);
  }

  public void memory(long residentBytes) {
    memoryPeakBytes = Math.max(memoryPeakBytes, residentBytes);
  }

  /** State was read from the last checkpoint, after a kill. */
  public void restoredAfterKill(long tookMs) {
    afterKillMs.add((double) tookMs);
  }

  /** State was read from a native savepoint, with another parallelism. */
  public void restoredRescaled(long tookMs) {
    rescaledMs.add((double) tookMs);
  }

  /** State was read from a canonical savepoint of the other backend. */
  public void restoredFromOther(long tookMs) {
    fromOtherMs.add((double) tookMs);
  }

  public void stoppedNative(double tookMs) {
    nativeMs.add(tookMs);
  }

  public void stoppedCanonical(double tookMs) {
    canonicalMs.add(tookMs);
  }

  OptionalDouble eventsPerSecond() {
    return seconds > 0 ? OptionalDouble.of(events / seconds) : OptionalDouble.empty();
  }

  OptionalDouble checkpointCount() {
    return OptionalDouble.of(checkpoints.size());
  }

  OptionalDouble checkpointMs() {
    return median(checkpoints.stream().map(one -> (double) one.tookMs()).toList());
  }

  OptionalDouble checkpointMsMax() {
    return checkpoints.stream().mapToDouble(Checkpoint::tookMs).max();
  }

  OptionalDouble newBytes() {
    return checkpoints.stream().mapToDouble(Checkpoint::newBytes).average();
  }

  OptionalDouble stateBytesMax() {
    return checkpoints.stream().mapToDouble(Checkpoint::stateBytes).max();
  }

  OptionalDouble memoryBytes() {
    return memoryPeakBytes == 0 ? OptionalDouble.empty() : OptionalDouble.of(memoryPeakBytes);
  }

  OptionalDouble afterKillMs() {
    return median(afterKillMs);
  }

  OptionalDouble rescaledMs() {
    return median(rescaledMs);
  }

  OptionalDouble fromOtherMs() {
    return median(fromOtherMs);
  }

  OptionalDouble nativeMs() {
    return median(nativeMs);
  }

  OptionalDouble canonicalMs() {
    return median(canonicalMs);
  }

  private static OptionalDouble median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(sorted.get(sorted.size() / 2));
  }
}
