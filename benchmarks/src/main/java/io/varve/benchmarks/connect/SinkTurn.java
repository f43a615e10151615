package io.varve.benchmarks.connect;

import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.Sample;
import io.varve.benchmarks.measure.Turn;
import io.varve.cluster.ConnectRest;
import io.varve.cluster.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * A sink reads a whole topic: from the first record put to all offsets committed.
 *
 * <p>As soon as the task was given the last record, the connector is stopped. So nobody waits for
 * the worker's next regular commit, and the last thing measured is everybody's last commit; what a
 * sink makes durable before it lets an offset be committed is within the time.
 */
final class SinkTurn implements Turn {

  private final String name;
  private final Bench bench;
  private final String topic;
  private final Map<String, String> settings;
  private int turns;

  /**
   * @param settings the connector's own; {@code FOLDER} in a value stands for a folder of its own
   */
  SinkTurn(String name, Bench bench, String topic, Map<String, String> settings) {
    this.name = name;
    this.bench = bench;
    this.topic = topic;
    this.settings = settings;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Sample take() throws Exception {
    String connector = "sink-%s-%d".formatted(Integer.toHexString(name.hashCode()), ++turns);
    Path folder = Files.createDirectories(bench.folder().resolve(connector));
    ConnectRest rest = bench.worker().rest();
    rest.put(connector, settings(folder));
    try {
      return measure(connector);
    } finally {
      rest.delete(connector);
      Folders.delete(folder);
    }
  }

  private Map<String, String> settings(Path folder) {
    Map<String, String> all = new HashMap<>();
    all.put("topics", topic);
    all.put("tasks.max", "1");
    all.put("consumer.override.auto.offset.reset", "earliest");
    settings.forEach((key, value) -> all.put(key, value.replace("FOLDER", folder.toString())));
    return all;
  }

  private Sample measure(String connector) throws Exception {
    Worker worker = bench.worker();
    try (TaskMetrics metrics = new TaskMetrics(worker, "sink", connector)) {
      Pause.until("the first record", () -> metrics.count("sink-record-send-total") > 0);
      long start = System.nanoTime();
      long cpu = worker.cpuTime().toNanos();
      long before = metrics.count("sink-record-send-total");
      Pause.until(
          "the last record", () -> metrics.count("sink-record-send-total") >= bench.events());
      awaitCommit(connector);
      return new Sample(
          bench.events() - before,
          System.nanoTime() - start,
          worker.cpuTime().toNanos() - cpu,
          Sample.NOT_MEASURED);
    }
  }

  private void awaitCommit(String connector) throws InterruptedException {
    ConnectRest rest = bench.worker().rest();
    rest.stop(connector);
    Pause.until(
        "the connector to stop",
        () -> committed(connector) == bench.events() || rest.status(connector).isIn("STOPPED"));
    if (committed(connector) != bench.events()) {
      // Its disk was too slow for the worker's patience: it goes on where its offsets are.
      rest.resume(connector);
      Pause.until("all offsets committed", () -> committed(connector) == bench.events());
    }
  }

  /** The sum of the offsets that the connector's group has committed. */
  private long committed(String connector) {
    try {
      return bench
          .cluster()
          .topics()
          .admin()
          .listConsumerGroupOffsets("connect-" + connector)
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .mapToLong(each -> each == null ? 0 : each.offset())
          .sum();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Can't list the offsets of " + connector, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }
}
