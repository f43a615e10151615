package io.varve.examples.flink.run;

import io.varve.cluster.ClusterException;
import io.varve.examples.flink.cluster.FlinkJars;
import io.varve.examples.flink.job.OrdersJob;
import io.varve.examples.flink.report.Backend;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Hands the job to the cluster, as {@code flink run} does.
 *
 * <p>Thread: immutable.
 */
record Submission(FlinkJars jars, int restPort, Path checkpoints, long checkpointEveryMs) {

  /**
   * Submits the job and returns its id.
   *
   * @param savepoint where its state comes from; null for none
   */
  String submit(
      OrdersJob.Places places, Backend backend, int parallelism, @Nullable String savepoint) {
    Configuration settings = new Configuration();
    set(settings, "execution.target", "remote");
    set(settings, "execution.attached", "false");
    set(settings, "rest.address", "127.0.0.1");
    set(settings, "rest.port", Integer.toString(restPort));
    set(
        settings,
        "pipeline.jars",
        jars.jobJars().stream()
            .map(jar -> jar.toUri().toString())
            .collect(Collectors.joining(";")));
    set(settings, "parallelism.default", Integer.toString(parallelism));
    // All that differs between the backends.
    set(settings, "state.backend.type", backend.type);
    set(settings, "execution.checkpointing.incremental", "true");
    set(settings, "execution.checkpointing.interval", checkpointEveryMs + " ms");
    set(settings, "execution.checkpointing.min-pause", "200 ms");
    set(settings, "execution.checkpointing.dir", checkpoints.toUri().toString());
    set(settings, "restart-strategy.type", "fixed-delay");
    set(settings, "restart-strategy.fixed-delay.attempts", "1000");
    set(settings, "restart-strategy.fixed-delay.delay", "300 ms");
    if (savepoint != null) {
      set(settings, "execution.state-recovery.path", savepoint);
    }
    try (StreamExecutionEnvironment environment = new StreamExecutionEnvironment(settings)) {
      OrdersJob.define(environment, places);
      return environment.executeAsync("orders on " + backend.words).getJobID().toString();
    } catch (Exception e) {
      throw new ClusterException("The cluster did not take the job: " + e, e);
    }
  }

  private static void set(Configuration settings, String name, String value) {
    settings.setString(name, value);
  }
}
