package io.varve.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.file.FileStreamSinkConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One broker and one worker for all tests, because their start is what takes the time. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LocalClusterTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final List<String> PROGRESS = new ArrayList<>();
  private static final List<ProcessHandle> STARTED = new ArrayList<>();

  @TempDir static Path folder;
  private static LocalCluster cluster;
  private static Worker worker;

  @BeforeAll
  static void start() throws Exception {
    Path plugin = Files.createDirectories(folder.resolve("plugins").resolve("file"));
    Path jar =
        Path.of(
            FileStreamSinkConnector.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    Files.copy(jar, plugin.resolve(jar.getFileName()));
    cluster =
        LocalCluster.in(folder.resolve("work"))
            .pluginPath(folder.resolve("plugins"))
            .workerSetting("exactly.once.source.support", "enabled")
            .workerSetting("offset.flush.interval.ms", "200")
            .jmx()
            .progress(PROGRESS::add)
            .open();
    worker = cluster.startBoth("worker");
    STARTED.add(ProcessHandle.of(cluster.broker().pid()).orElseThrow());
    STARTED.add(ProcessHandle.of(worker.pid()).orElseThrow());
  }

  @AfterAll
  static void closeLeavesNothingRunning() {
    cluster.close();
    assertThat(STARTED).hasSizeGreaterThanOrEqualTo(2).noneMatch(ProcessHandle::isAlive);
    assertThat(PROGRESS)
        .hasSameSizeAs(STARTED)
        .allMatch(line -> line.matches("(broker|worker) ready in .* s"));
  }

  @Test
  void eventsOfAnyAgeAreServed() throws Exception {
    cluster.topics().create("releases", 2, Map.of("max.message.bytes", "2000000"));
    long[] timestampsMs = {0, 1_000_000_000_000L, 4_000_000_000_000L};
    for (int i = 0; i < timestampsMs.length; i++) {
      produce("releases", i % 2, timestampsMs[i], Integer.toString(i));
    }

    assertThat(cluster.topics().startOffsets("releases")).containsEntry(0, 0L).containsEntry(1, 0L);
    assertThat(cluster.topics().endOffsets("releases")).containsEntry(0, 2L).containsEntry(1, 1L);
    assertThat(consume("releases", 3)).containsExactlyInAnyOrder("0", "1", "2");

    cluster.topics().delete("releases");
    assertThat(cluster.topics().names()).doesNotContain("releases");
    assertThatThrownBy(() -> cluster.topics().endOffsets("releases"))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("No topic releases");
  }

  @Test
  void pluginsAreFoundThroughThePluginPath() {
    assertThat(worker.rest().plugins())
        .extracting(ConnectRest.Plugin::className)
        .contains(
            "org.apache.kafka.connect.file.FileStreamSinkConnector",
            "org.apache.kafka.connect.converters.ByteArrayConverter");
  }

  @Test
  void aFolderThatIsAPluginItselfIsNoPluginPath() throws Exception {
    Path plugin = Files.createDirectories(folder.resolve("single"));
    Files.createDirectories(plugin.resolve("lib"));
    Files.createFile(plugin.resolve("manifest.json"));

    assertThatThrownBy(() -> LocalCluster.in(folder).pluginPath(plugin))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("name the folder above it");
  }

  @Test
  void aConnectorIsCheckedPausedMovedAndDeleted() throws Exception {
    ConnectRest rest = worker.rest();
    cluster.topics().create("moved", 1);
    produce("moved", 0, 0, "a");
    Path output = folder.resolve("moved.txt");
    Map<String, String> settings = fileSink("moved", output);

    assertThat(rest.validate(settings)).isEmpty();
    Map<String, String> wrong = new HashMap<>(settings);
    wrong.put("tasks.max", "many");
    assertThat(rest.validate(wrong)).containsOnlyKeys("tasks.max");

    rest.put("moved", settings);
    assertThat(rest.awaitRunning("moved", 1, LIMIT).tasks()).hasSize(1);
    assertThat(rest.settings("moved")).containsEntry("topics", "moved");
    await().atMost(LIMIT).until(() -> !rest.offsets("moved").isEmpty());
    rest.pause("moved");
    rest.awaitState("moved", "PAUSED", LIMIT);
    rest.resume("moved");
    rest.awaitRunning("moved", LIMIT);

    rest.stop("moved");
    rest.awaitState("moved", "STOPPED", LIMIT);
    rest.alterOffsets("moved", List.of(ConnectorOffset.ofSink("moved", 0, 0)));
    assertThat(rest.offsets("moved")).containsExactly(ConnectorOffset.ofSink("moved", 0, 0));
    rest.resume("moved");
    await().atMost(LIMIT).until(() -> Files.readAllLines(output), List.of("a", "a")::equals);
    try (JmxMetrics metrics = worker.metrics()) {
      String task = "kafka.connect:type=sink-task-metrics,connector=moved,task=0";
      assertThat(metrics.names("kafka.connect:type=sink-task-metrics,*")).contains(task);
      assertThat(metrics.number(task, "sink-record-read-total")).isEqualTo(1);
    }

    rest.restart("moved");
    rest.restartTask("moved", 0);
    rest.stop("moved");
    rest.awaitState("moved", "STOPPED", LIMIT);
    rest.resetOffsets("moved");
    assertThat(rest.offsets("moved")).isEmpty();
    rest.delete("moved");
    assertThat(rest.connectors()).doesNotContain("moved");
  }

  @Test
  void aConnectorThatFailsIsReportedWithItsStackTrace() {
    ConnectRest rest = worker.rest();
    cluster.topics().create("failing", 1);
    rest.put("failing", fileSink("failing", folder.resolve("missing").resolve("out.txt")));

    assertThatThrownBy(() -> rest.awaitRunning("failing", LIMIT))
        .isInstanceOf(ConnectorFailedException.class)
        .hasMessageContaining("Couldn't find or create file")
        .hasMessageContaining("at org.apache.kafka.connect.file.FileStreamSinkTask.start")
        .hasMessageContaining(worker.logFile().toString());
    assertThat(rest.awaitFailed("failing", LIMIT).failure()).contains("missing");
    rest.delete("failing");
    assertThatThrownBy(() -> rest.status("failing"))
        .isInstanceOfSatisfying(RestException.class, e -> assertThat(e.status()).isEqualTo(404))
        .hasMessageContaining("failing");
  }

  @Test
  void aWorkerThatIsKilledComesBackAndItsConnectorsGoOn() throws Exception {
    cluster.topics().create("lines", 1);
    Path input = Files.writeString(folder.resolve("lines.txt"), "a\nb\n");
    Path output = folder.resolve("lines-out.txt");
    worker.rest().put("lines-source", fileSource("lines", input));
    worker.rest().put("lines-sink", fileSink("lines", output));
    await()
        .atMost(LIMIT)
        .until(() -> Files.exists(output) && Files.readAllLines(output).size() == 2);
    // As a dead task's transaction holds up the next worker, it must not be the default of a
    // minute.
    assertThat(
            cluster
                .topics()
                .admin()
                .describeTransactions(List.of("varve-local-lines-source-0"))
                .all()
                .get()
                .values())
        .allSatisfy(
            transaction -> assertThat(transaction.transactionTimeoutMs()).isEqualTo(10_000));

    long pid = worker.pid();
    worker.kill();
    assertThat(worker.isAlive()).isFalse();
    assertThatThrownBy(() -> worker.rest().connectors())
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("ended with exit status 137")
        .hasMessageContaining(worker.logFile().toString());
    worker.start();
    STARTED.add(ProcessHandle.of(worker.pid()).orElseThrow());

    assertThat(worker.pid()).isNotEqualTo(pid);
    Files.writeString(input, "c\n", StandardOpenOption.APPEND);
    await().atMost(LIMIT).until(() -> Files.readAllLines(output).contains("c"));
    worker.rest().delete("lines-source");
    worker.rest().delete("lines-sink");
  }

  private static Map<String, String> fileSource(String topic, Path file) {
    return Map.of(
        "connector.class", "FileStreamSource",
        "tasks.max", "1",
        "topic", topic,
        "file", file.toString(),
        "value.converter", "org.apache.kafka.connect.storage.StringConverter");
  }

  private static Map<String, String> fileSink(String topic, Path file) {
    return Map.of(
        "connector.class", "FileStreamSink",
        "tasks.max", "1",
        "topics", topic,
        "file", file.toString(),
        "value.converter", "org.apache.kafka.connect.storage.StringConverter");
  }

  private static void produce(String topic, int partition, long timestampMs, String value)
      throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", cluster.broker().bootstrap());
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(topic, partition, timestampMs, null, value.getBytes(UTF_8)))
          .get();
    }
  }

  private static List<String> consume(String topic, int count) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", cluster.broker().bootstrap(), "auto.offset.reset", "earliest");
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> found : consumer.poll(Duration.ofMillis(100))) {
                  values.add(new String(found.value(), UTF_8));
                }
                return values.size() >= count;
              });
    }
    return values;
  }
}
