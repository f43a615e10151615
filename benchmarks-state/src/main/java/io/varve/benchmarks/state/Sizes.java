package io.varve.benchmarks.state;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import picocli.CommandLine.Option;

/**
 * How much is loaded and how long is measured. Options of the command, and handed on to the
 * processes that measure. Written by the command's parser only.
 */
@JsonAutoDetect(
    fieldVisibility = Visibility.ANY,
    getterVisibility = Visibility.NONE,
    isGetterVisibility = Visibility.NONE)
final class Sizes {

  private static final String DEFAULT = " Default: ${DEFAULT-VALUE}";

  @Option(names = "--managed-mib", description = "Managed memory of the slot, in MiB." + DEFAULT)
  int managedMib = 256;

  @Option(names = "--measure-ms", description = "How long a measurement lasts." + DEFAULT)
  int measureMs = 500;

  @Option(names = "--warm-up-ms", description = "How long a row is warmed up." + DEFAULT)
  int warmUpMs = 1000;

  @Option(names = "--measurements", description = "Of each row in each round." + DEFAULT)
  int measurements = 3;

  @Option(
      names = "--snapshot-repeats",
      description = "Measurements of each small snapshot row in each round." + DEFAULT)
  int snapshotRepeats = 3;

  @Option(
      names = "--quiet-ms",
      description = "A backend has settled when its process did nothing for so long." + DEFAULT)
  int quietMs = 1000;

  @Option(names = "--settle-ms-max", description = "How long to wait for that." + DEFAULT)
  int settleMsMax = 180_000;

  @Option(names = "--keys", description = "Keys of the small states." + DEFAULT)
  int keys = 500_000;

  @Option(names = "--list-length", description = "Elements of a small list." + DEFAULT)
  int listLength = 3;

  @Option(names = "--maps", description = "Keys of the small maps." + DEFAULT)
  int maps = 50_000;

  @Option(names = "--map-entries", description = "Entries of a small map." + DEFAULT)
  int mapEntries = 10;

  @Option(names = "--big-map-entries", description = "Entries of the big map." + DEFAULT)
  int bigMapEntries = 1_000_000;

  @Option(
      names = "--snapshot-value-bytes",
      description = "Bytes of a value in the small snapshots, of --keys keys." + DEFAULT)
  int snapshotValueBytes = 1000;

  @Option(
      names = "--large-values",
      description = "Values of a large state, list elements and map entries too." + DEFAULT)
  int largeValues = 2_000_000;

  @Option(names = "--large-value-bytes", description = "Bytes of each of them." + DEFAULT)
  int largeValueBytes = 1024;

  @Option(names = "--large-list-length", description = "Elements of a large list." + DEFAULT)
  int largeListLength = 8;

  @Option(names = "--large-map-entries", description = "Entries of a large map." + DEFAULT)
  int largeMapEntries = 20;

  @Option(names = "--checkpoints", description = "Checkpoints of the suite many." + DEFAULT)
  int checkpoints = 1000;

  @Option(names = "--many-keys", description = "Keys of the suite many." + DEFAULT)
  int manyKeys = 10_000;

  @Option(
      names = "--many-updates",
      description = "Updates between two checkpoints of the suite many." + DEFAULT)
  int manyUpdates = 500;

  @Option(names = "--steady-mib", description = "State of the suite steady, in MiB." + DEFAULT)
  int steadyMib = 512;

  @Option(names = "--steady-value-bytes", description = "Bytes of its values." + DEFAULT)
  int steadyValueBytes = 200;

  @Option(names = "--steady-seconds", description = "How long it is updated." + DEFAULT)
  int steadySeconds = 60;

  @Option(
      names = "--steady-checkpoint-ms",
      description = "From the beginning of one of its checkpoints to the next." + DEFAULT)
  int steadyCheckpointMs = 5000;

  @Option(
      names = "--job-scale",
      description = "Events of each of Nexmark's queries, times this." + DEFAULT)
  double jobScale = 1;

  @Option(names = "--job-extra-bytes", description = "Extra text of each event." + DEFAULT)
  int jobExtraBytes = 50;

  @Option(
      names = "--job-large-extra-bytes",
      description = "The same in the suites nexmark-large." + DEFAULT)
  int jobLargeExtraBytes = 1024;

  @Option(names = "--job-checkpoint-ms", description = "From one checkpoint to the next." + DEFAULT)
  int jobCheckpointMs = 2000;

  @Option(
      names = "--job-parallelism",
      description = "Subtasks of each operator, each with --managed-mib." + DEFAULT)
  int jobParallelism = 1;

  /** All of it within two minutes for two backends: shows that it works, not how fast. */
  static Sizes quick() {
    Sizes sizes = new Sizes();
    sizes.managedMib = 32;
    sizes.measureMs = 50;
    sizes.warmUpMs = 50;
    sizes.snapshotRepeats = 1;
    sizes.quietMs = 200;
    sizes.settleMsMax = 1000;
    sizes.keys = 20_000;
    sizes.maps = 2000;
    sizes.bigMapEntries = 100_000;
    sizes.largeValues = 60_000;
    sizes.checkpoints = 50;
    sizes.steadyMib = 32;
    sizes.steadySeconds = 3;
    sizes.steadyCheckpointMs = 500;
    sizes.jobScale = 0.02;
    sizes.jobCheckpointMs = 200;
    return sizes;
  }

  long snapshotBytes() {
    return (long) keys * (Long.BYTES + snapshotValueBytes);
  }

  long largeBytes() {
    return (long) largeValues * (Long.BYTES + largeValueBytes);
  }

  long steadyBytes() {
    return (long) steadyMib << 20;
  }
}
