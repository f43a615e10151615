package io.varve.examples.delayed;

import io.varve.cluster.ClusterException;
import io.varve.cluster.ConnectRest;
import io.varve.cluster.JmxMetrics;
import io.varve.cluster.LocalCluster;
import io.varve.cluster.Worker;
import io.varve.examples.run.ConnectorConfig;
import io.varve.examples.run.PluginArchive;
import io.varve.examples.run.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The example, step by step.
 *
 * <p>Thread: confined to one; {@link #close} may be called by another, as at Ctrl-C.
 */
final class DelayedRun implements AutoCloseable {
  private static final int PARTITIONS = 4;
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final long STEP_MS = 50;
  private static final long SHOW_MS = 1000;

  /** What has not come so long after all was due is missing. */
  private static final long GRACE_MS = 20_000;

  private final Path folder;
  private final Path store;
  private final Screen screen;
  private final LocalCluster cluster;

  private DelayedRun(Path folder, Path store, Screen screen, LocalCluster cluster) {
    this.folder = folder;
    this.store = store;
    this.screen = screen;
    this.cluster = cluster;
  }

  /**
   * Unpacks the plugins and prepares a cluster; nothing runs yet.
   *
   * @param project where the connectors were built
   * @param folder that of the connectors' settings
   * @param work for all that the run writes
   */
  static DelayedRun open(Path project, Path folder, Path work, Screen screen) throws IOException {
    Path plugins = Files.createDirectories(work.resolve("plugins"));
    PluginArchive.unpackBuilt(project.resolve("connect-sink"), plugins);
    PluginArchive.unpackBuilt(project.resolve("connect-source"), plugins);
    LocalCluster cluster =
        LocalCluster.in(work)
            .pluginPath(plugins)
            .workerSetting("exactly.once.source.support", "enabled")
            .jmx()
            .open();
    return new DelayedRun(folder, work.resolve("store"), screen, cluster);
  }

  /** What came of a run. */
  record Result(Plan plan, List<Arrival> arrivals) {}

  /**
   * Runs it all.
   *
   * @param seconds over which messages fall due
   */
  Result run(int messages, double seconds) throws IOException {
    screen.step("starting a Kafka broker and a Connect worker, each a process of its own");
    Worker worker = cluster.startBoth("worker");
    for (String topic : List.of(Plan.TOPIC, Plan.DUE, Plan.ALARMS)) {
      cluster.topics().create(topic, PARTITIONS, settings(topic));
    }
    startConnectors(worker.rest());
    long nowMs = System.currentTimeMillis();
    Plan plan = Plan.of(messages, seconds, nowMs, nowMs + 3000 + messages / 20);
    screen.step(
        "sending %,d messages to topic %s, to be delivered within %.0f s from %.1f s on; then one for"
            + " another topic, one that is replaced, one that is cancelled, one that repeats",
        messages, Plan.TOPIC, seconds, (plan.lastDueMs() - nowMs) / 1e3 - seconds);
    send(plan.records());
    try (Arrivals arrivals = Arrivals.start(cluster.broker().bootstrap(), partitions());
        JmxMetrics metrics = worker.metrics()) {
      follow(plan, arrivals, metrics, worker.rest());
      send(List.of(plan.end()));
      awaitNothingPending(metrics);
      return new Result(plan, arrivals.all());
    }
  }

  /** What is delivered gets the broker's time, so that the broker says when it came. */
  private static Map<String, String> settings(String topic) {
    return topic.equals(Plan.TOPIC) ? Map.of() : Map.of("message.timestamp.type", "LogAppendTime");
  }

  private static List<TopicPartition> partitions() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      partitions.add(new TopicPartition(Plan.DUE, partition));
      partitions.add(new TopicPartition(Plan.ALARMS, partition));
    }
    return partitions;
  }

  /** The sink makes the store, in which the source then looks for the stream. */
  private void startConnectors(ConnectRest rest) throws IOException {
    Map<String, String> replaced = Map.of("store.path", store.toString());
    rest.put("reminders", ConnectorConfig.load(folder.resolve("sink.json"), replaced));
    rest.awaitRunning("reminders", START_LIMIT);
    rest.put("deliver", ConnectorConfig.load(folder.resolve("source.json"), replaced));
    rest.awaitRunning("deliver", START_LIMIT);
    screen.step("sink \"reminders\" and source \"deliver\" run on the store %s", store);
  }

  private void send(List<ProducerRecord<byte[], byte[]>> records) {
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            cluster.broker().bootstrap(),
            ProducerConfig.LINGER_MS_CONFIG,
            5);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      records.forEach(record -> sent.add(producer.send(record)));
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("Sending failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while sending", e);
    }
  }

  /** Shows what is pending and what arrives, until all has. */
  private void follow(Plan plan, Arrivals arrivals, JmxMetrics metrics, ConnectRest rest) {
    int shown = 0;
    long nextShowMs = System.currentTimeMillis() + SHOW_MS;
    while (true) {
      long nowMs = System.currentTimeMillis();
      List<Arrival> all = arrivals.all();
      long once = all.stream().filter(each -> !each.value().equals(plan.repeated())).count();
      boolean over = nowMs > plan.lastDueMs() && once >= plan.expected().size();
      if (over || nowMs >= nextShowMs) {
        nextShowMs += SHOW_MS;
        List<Arrival> newer = all.subList(shown, all.size());
        shown = all.size();
        screen.note(
            "%,7d pending  %,7d arrived  %s",
            pending(metrics),
            all.size(),
            newer.isEmpty() ? "" : "%,5d now: %s".formatted(newer.size(), Lateness.of(newer)));
        check(rest);
      }
      if (over || nowMs > plan.lastDueMs() + GRACE_MS) {
        return;
      }
      LockSupport.parkNanos(Duration.ofMillis(STEP_MS).toNanos());
    }
  }

  private void awaitNothingPending(JmxMetrics metrics) {
    long endMs = System.currentTimeMillis() + GRACE_MS;
    while (pending(metrics) > 0 && System.currentTimeMillis() < endMs) {
      LockSupport.parkNanos(Duration.ofMillis(STEP_MS).toNanos());
    }
    screen.step("the repeating message is cancelled: %,d pending", pending(metrics));
  }

  private static long pending(JmxMetrics metrics) {
    return (long)
        metrics.names("kafka.connect:type=plugins,connector=deliver,task=*").stream()
            .mapToDouble(name -> metrics.number(name, "pending"))
            .sum();
  }

  private static void check(ConnectRest rest) {
    for (String connector : List.of("reminders", "deliver")) {
      String failure = rest.status(connector).failure();
      if (failure != null) {
        throw new ClusterException("Connector %s failed: %s".formatted(connector, failure));
      }
    }
  }

  /** Stops the worker, then the broker, and says so. */
  void stop() {
    screen.step("stopping worker and broker");
    close();
  }

  @Override
  public void close() {
    cluster.close();
  }
}
