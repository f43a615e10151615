package io.varve.benchmarks.connect;

import io.varve.benchmarks.measure.Sample;
import io.varve.benchmarks.measure.Turn;
import io.varve.cluster.Topics;
import io.varve.cluster.Worker;
import java.util.HashMap;
import java.util.Map;

/**
 * A source writes all events into a new topic: from the first record that a consumer may read to
 * the last one acknowledged, and committed where there are transactions.
 */
final class SourceTurn implements Turn {

  private final String name;
  private final Bench bench;
  private final boolean exactlyOnce;
  private final Map<String, String> settings;
  private int turns;

  /**
   * @param settings the connector's own; {@code TOPIC} in a value stands for the topic to write
   */
  SourceTurn(String name, Bench bench, boolean exactlyOnce, Map<String, String> settings) {
    this.name = name;
    this.bench = bench;
    this.exactlyOnce = exactlyOnce;
    this.settings = settings;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Sample take() throws Exception {
    String connector = "source-%s-%d".formatted(Integer.toHexString(name.hashCode()), ++turns);
    String topic = connector + "-topic";
    bench.cluster().topics().create(topic, Bench.PARTITIONS);
    bench.worker().rest().put(connector, settings(topic));
    try {
      return measure(connector, topic);
    } finally {
      bench.worker().rest().delete(connector);
      bench.cluster().topics().delete(topic);
    }
  }

  private Map<String, String> settings(String topic) {
    Map<String, String> all = new HashMap<>();
    all.put("tasks.max", "1");
    all.put("producer.override.batch.size", Integer.toString(128 << 10));
    all.put("producer.override.linger.ms", "5");
    if (exactlyOnce) {
      all.put("exactly.once.support", "required");
      all.put("transaction.boundary", "connector");
    }
    settings.forEach((key, value) -> all.put(key, value.replace("TOPIC", topic)));
    return all;
  }

  private Sample measure(String connector, String topic) throws Exception {
    Topics topics = bench.cluster().topics();
    Worker worker = bench.worker();
    try (TaskMetrics metrics = new TaskMetrics(worker, "source", connector)) {
      Pause.until(
          "the first record",
          () -> metrics.count("source-record-poll-total") > 0 && readable(topics, topic) > 0);
      long start = System.nanoTime();
      long cpu = worker.cpuTime().toNanos();
      long before = readable(topics, topic);
      Pause.until("the last record", () -> isComplete(metrics, topics, topic));
      return new Sample(
          bench.events() - before,
          System.nanoTime() - start,
          worker.cpuTime().toNanos() - cpu,
          Sample.NOT_MEASURED);
    }
  }

  private boolean isComplete(TaskMetrics metrics, Topics topics, String topic) {
    if (!exactlyOnce) {
      return readable(topics, topic) >= bench.events();
    }
    // The topic also holds the transactions' markers, so that its end tells nothing: all is sent,
    // acknowledged, and no transaction is open.
    return metrics.count("source-record-poll-total") >= bench.events()
        && metrics.count("source-record-active-count") == 0
        && readable(topics, topic) >= bench.events()
        && topics.committedEndOffsets(topic).equals(topics.endOffsets(topic));
  }

  private static long readable(Topics topics, String topic) {
    return topics.committedEndOffsets(topic).values().stream().mapToLong(Long::longValue).sum();
  }
}
