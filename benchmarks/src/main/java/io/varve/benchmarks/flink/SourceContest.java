package io.varve.benchmarks.flink;

import io.varve.benchmarks.load.Values;
import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.ResultTable;
import io.varve.benchmarks.measure.Rounds;
import io.varve.cluster.LocalCluster;
import io.varve.format.Codec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/**
 * Bounded jobs over the same events: from a store, and from a topic of a broker on this machine.
 *
 * @param folder a folder of its own, deleted at the end
 * @param parallelism of the sources
 */
public record SourceContest(
    Path folder,
    int parallelism,
    Rounds rounds,
    Predicate<String> wanted,
    Consumer<String> progress) {

  private static final String KAFKA = "KafkaSource";

  /** Fetches of megabytes, and many records a poll. */
  private static final Map<String, String> LARGE_FETCHES =
      Map.of(
          "max.partition.fetch.bytes", Integer.toString(8 << 20),
          "fetch.max.bytes", Integer.toString(64 << 20),
          "max.poll.records", "10000");

  /** Returns the table for one size of events, in Markdown. */
  public String table(int eventBytes, long events) throws Exception {
    Folders.delete(folder);
    Configuration configuration = new Configuration();
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
    try (LocalCluster kafka =
            LocalCluster.in(folder.resolve("kafka")).brokerHeapMb(1024).progress(progress).open();
        MiniCluster flink =
            new MiniCluster(
                new MiniClusterConfiguration.Builder()
                    .setConfiguration(configuration)
                    .setNumTaskManagers(1)
                    .setNumSlotsPerTaskManager(parallelism)
                    .withRandomPorts()
                    .build())) {
      kafka.startBroker();
      flink.start();
      FlinkBench bench =
          new FlinkBench(
              flink,
              kafka,
              folder.resolve("store"),
              new Values(eventBytes),
              events / FlinkBench.PARTITIONS * FlinkBench.PARTITIONS,
              parallelism);
      return run(bench, eventBytes);
    } finally {
      Folders.delete(folder);
    }
  }

  private String run(FlinkBench bench, int eventBytes) throws Exception {
    progress.accept("filling streams and topics");
    bench.fillStream("plain", Codec.NONE);
    bench.fillStream("lz4", Codec.LZ4);
    bench.fillTopic("plain", "none");
    bench.fillTopic("lz4", "lz4");
    List<JobTurn> turns = new ArrayList<>();
    turns.add(new JobTurn(KAFKA, bench.topic("plain", Map.of()), bench));
    turns.add(new JobTurn(KAFKA + ", large fetches", bench.topic("plain", LARGE_FETCHES), bench));
    turns.add(new JobTurn(KAFKA + ", lz4", bench.topic("lz4", LARGE_FETCHES), bench));
    turns.add(new JobTurn("VarveSource", bench.stream("plain"), bench));
    turns.add(new JobTurn("VarveSource, lz4", bench.stream("lz4"), bench));
    turns.removeIf(turn -> !wanted.test(turn.name()));
    return new ResultTable(
            "Sources of a Flink job, " + ResultTable.size(eventBytes),
            eventBytes,
            List.of(KAFKA, KAFKA + ", large fetches"))
        .of(rounds.run(turns, progress));
  }
}
