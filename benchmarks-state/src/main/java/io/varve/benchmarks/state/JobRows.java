package io.varve.benchmarks.state;

import io.varve.benchmarks.state.nexmark.Event;
import io.varve.benchmarks.state.nexmark.Generator;
import io.varve.benchmarks.state.nexmark.JobCluster;
import io.varve.benchmarks.state.nexmark.JobOutcome;
import io.varve.benchmarks.state.nexmark.JobOutcome.JobCheckpoint;
import io.varve.benchmarks.state.nexmark.Query;
import io.varve.benchmarks.state.nexmark.Workload;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One of Nexmark's queries as a job from beginning to end, in a cluster of its own. A shorter run
 * of the same job warms up.
 */
final class JobRows implements Rows {

  /** The warm-up is so much shorter. */
  private static final int WARM_UP_PART = 5;

  /**
   * A job that ends after fewer says nothing about checkpoints: the first one finds little to do.
   */
  private static final int CHECKPOINTS_MIN = 3;

  private static final int GENERATED = 2_000_000;

  private final Query query;
  private final long events;
  private final boolean large;

  /**
   * A query's rows.
   *
   * @param events at a scale of 1
   * @param large whether each event is as large as the options say
   */
  JobRows(Query query, long events, boolean large) {
    this.query = query;
    this.events = events;
    this.large = large;
  }

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    int extraBytes = large ? sizes.jobLargeExtraBytes : sizes.jobExtraBytes;
    Workload workload =
        Workload.of(query.numbers((long) Math.ceil(events * sizes.jobScale)), extraBytes);
    if (query == Query.Q0) {
      generate(turn, workload);
    }
    JobCluster.Setup setup =
        new JobCluster.Setup(turn.backend(), sizes.jobCheckpointMs, turn.configuration());
    try (JobCluster cluster =
        JobCluster.start(turn.folder(), sizes.jobParallelism, sizes.managedMib)) {
      turn.progress("warming up");
      Workload shorter =
          workload.withNumbers(
              query.numbers((long) Math.ceil(events * sizes.jobScale / WARM_UP_PART)));
      cluster.run(query, shorter, setup);
      report(turn, cluster.run(query, workload, setup));
    }
  }

  private void report(Turn turn, JobOutcome outcome) {
    String row = turn.suite().name();
    turn.report(
        row, "events/s", outcome.events() * 1e3 / outcome.ms(), outcome.answer().toString());
    turn.report(row + "_CPU", "µs/event", outcome.cpuNanos() / 1e3 / outcome.events());
    if (outcome.checkpoints().size() < CHECKPOINTS_MIN) {
      turn.progress("only %d checkpoints, too few to tell".formatted(outcome.checkpoints().size()));
      return;
    }
    checkpoints(turn, row + "_CHECKPOINT", "ms", outcome, JobCheckpoint::ms);
    checkpoints(turn, row + "_CHECKPOINT_SYNC_PART", "ms", outcome, JobCheckpoint::syncMs);
    checkpoints(turn, row + "_CHECKPOINT_BYTES", "MB", outcome, each -> each.bytes() / 1e6);
  }

  private static void checkpoints(
      Turn turn,
      String row,
      String unit,
      JobOutcome outcome,
      ToDoubleFunction<JobCheckpoint> value) {
    List<Double> values = outcome.checkpoints().stream().map(value::applyAsDouble).toList();
    turn.report(row, unit, values);
  }

  /** The generator alone, without Flink; the second half of what it makes is measured. */
  private static void generate(Turn turn, Workload workload) {
    Generator generator = new Generator(workload);
    long start = 0;
    long sum = 0;
    for (long number = 0; number < GENERATED; number++) {
      if (number == GENERATED / 2) {
        start = System.nanoTime();
      }
      Event event = generator.at(number);
      sum += event.dateTime + event.extra.length();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    turn.progress("generated events whose sum is " + sum);
    turn.report("GENERATOR", "events/s", GENERATED / 2 / seconds);
  }
}
