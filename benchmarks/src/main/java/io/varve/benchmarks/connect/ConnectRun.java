package io.varve.benchmarks.connect;

import io.varve.benchmarks.load.Values;
import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.Rounds;
import io.varve.cluster.LocalCluster;
import io.varve.cluster.LocalClusterBuilder;
import io.varve.cluster.Worker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One run: a fresh broker for each size of events, one worker for sinks and at-least-once sources,
 * and another one, alone, for exactly-once sources.
 *
 * @param folder a folder of its own, deleted at the end
 * @param plugins folders of plugins
 * @param workerOptions more options for the workers' java
 */
public record ConnectRun(
    Path folder,
    List<Path> plugins,
    int workerHeapMb,
    List<String> workerOptions,
    Rounds rounds,
    Predicate<String> wanted,
    Consumer<String> progress) {

  /** Returns the tables for one size of events, in Markdown. */
  public String tables(int eventBytes, long events, boolean sinks, boolean sources)
      throws Exception {
    Folders.delete(folder);
    StringBuilder tables = new StringBuilder();
    ConnectContest contest = new ConnectContest(rounds, wanted, progress);
    try (LocalCluster cluster = cluster()) {
      cluster.startBroker();
      Worker worker = cluster.startWorker("worker");
      Bench bench =
          new Bench(
              cluster,
              worker,
              folder.resolve("data"),
              new Values(eventBytes),
              events / Bench.PARTITIONS * Bench.PARTITIONS);
      if (sinks) {
        tables.append(contest.sinks(bench));
      }
      if (sources) {
        tables.append(contest.sources(bench, false));
      }
      worker.stop();
      if (sources) {
        Worker exact = cluster.startWorker("worker-exactly-once", exactlyOnce());
        tables.append(contest.sources(bench.with(exact), true));
      }
    } finally {
      Folders.delete(folder);
    }
    return tables.toString();
  }

  private LocalCluster cluster() {
    LocalClusterBuilder builder =
        LocalCluster.in(folder)
            .brokerHeapMb(1024)
            .workerHeapMb(workerHeapMb)
            .jmx()
            .workerSetting("offset.flush.interval.ms", "1000")
            // What was deleted must not be written to the disk during the next turn.
            .brokerSetting("log.segment.delete.delay.ms", "1000")
            .progress(progress);
    plugins.forEach(builder::pluginPath);
    workerOptions.forEach(builder::workerJvmOption);
    return builder.open();
  }

  private static Map<String, String> exactlyOnce() {
    return Map.of(
        "exactly.once.source.support", "enabled",
        "group.id", "exactly-once",
        "config.storage.topic", "exactly-once-config",
        "offset.storage.topic", "exactly-once-offset",
        "status.storage.topic", "exactly-once-status");
  }
}
