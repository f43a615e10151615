package io.varve.benchmarks.state.nexmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * A cluster in this process that runs queries, one after the other. Its task manager has a slot for
 * each parallel subtask. Thread: confined to one.
 */
public final class JobCluster implements AutoCloseable {

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final MiniCluster cluster;
  private final Path folder;
  private final int parallelism;

  private JobCluster(MiniCluster cluster, Path folder, int parallelism) {
    this.cluster = cluster;
    this.folder = folder;
    this.parallelism = parallelism;
  }

  /**
   * Starts one.
   *
   * @param folder for local state and checkpoints
   * @param managedMib managed memory of each slot
   */
  public static JobCluster start(Path folder, int parallelism, int managedMib) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(
        TaskManagerOptions.MANAGED_MEMORY_SIZE,
        MemorySize.ofMebiBytes((long) managedMib * parallelism));
    configuration.set(CoreOptions.TMP_DIRS, folder.resolve("local").toString());
    configuration.set(WebOptions.CHECKPOINTS_HISTORY_SIZE, 10_000);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .withRandomPorts()
                .build());
    cluster.start();
    return new JobCluster(cluster, folder, parallelism);
  }

  /**
   * How a query is run.
   *
   * @param backend as {@code state.backend.type} takes it
   * @param checkpointMs from one checkpoint to the next
   * @param configuration of Flink, beside that
   */
  public record Setup(String backend, long checkpointMs, Map<String, String> configuration) {}

  /** Runs a query on a workload from beginning to end. */
  public JobOutcome run(Query query, Workload workload, Setup setup) throws Exception {
    JobGraph graph = graph(query, workload, setup);
    long cpu = SYSTEM.getProcessCpuTime();
    cluster.submitJob(graph).get();
    JobExecutionResult result =
        cluster
            .requestJobResult(graph.getJobID())
            .get()
            .toJobExecutionResult(JobCluster.class.getClassLoader());
    cpu = SYSTEM.getProcessCpuTime() - cpu;
    AccessExecutionGraph done = cluster.getExecutionGraph(graph.getJobID()).get();
    return new JobOutcome(
        Tally.answer(result),
        Kind.count(workload.numbers(), query.kinds()),
        Math.max(1, Tally.endMs(result) - startMs(done)),
        cpu,
        checkpoints(Objects.requireNonNull(done.getCheckpointStatsSnapshot())));
  }

  @Override
  public void close() throws Exception {
    cluster.close();
  }

  private JobGraph graph(Query query, Workload workload, Setup setup) {
    Configuration configuration = Configuration.fromMap(setup.configuration());
    configuration.set(StateBackendOptions.STATE_BACKEND, setup.backend());
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    configuration.set(
        CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(setup.checkpointMs()));
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.resolve("checkpoints").toUri().toString());
    // Or else a job's end would wait for the next checkpoint.
    configuration.set(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH, false);
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment(configuration);
    environment.setParallelism(parallelism);
    DataStream<Event> events =
        environment.fromSource(
            new EventSource(workload, query.kinds()),
            WatermarkStrategy.<Event>forBoundedOutOfOrderness(
                    Duration.ofMillis(workload.outOfOrderMs()))
                .withTimestampAssigner((event, time) -> event.dateTime),
            "events",
            TypeInformation.of(Event.class));
    query.of(events).transform("tally", TypeInformation.of(Change.class), new Tally());
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName(query.name());
    return graph.getJobGraph(JobCluster.class.getClassLoader());
  }

  private static long startMs(AccessExecutionGraph graph) {
    long start = Long.MAX_VALUE;
    for (AccessExecutionVertex vertex : graph.getAllExecutionVertices()) {
      start =
          Math.min(
              start, vertex.getCurrentExecutionAttempt().getStateTimestamp(ExecutionState.RUNNING));
    }
    return start;
  }

  private static List<JobOutcome.JobCheckpoint> checkpoints(CheckpointStatsSnapshot stats) {
    List<JobOutcome.JobCheckpoint> checkpoints = new ArrayList<>();
    for (AbstractCheckpointStats each : stats.getHistory().getCheckpoints()) {
      if (each instanceof CompletedCheckpointStats done) {
        checkpoints.add(
            new JobOutcome.JobCheckpoint(
                done.getEndToEndDuration(), syncMs(done), done.getCheckpointedSize()));
      }
    }
    return checkpoints;
  }

  private static long syncMs(CompletedCheckpointStats checkpoint) {
    return checkpoint.getAllTaskStateStats().stream()
        .flatMap(task -> Arrays.stream(task.getSubtaskStats()))
        .filter(subtask -> subtask != null)
        .mapToLong(subtask -> subtask.getSyncCheckpointDuration())
        .sum();
  }
}
