package io.varve.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LocalClusterTest {
  private static final long OLD_TIMESTAMP_MS = 1_000_000_000_000L;

  @TempDir Path folder;

  @Test
  void aClusterServesSurvivesAKilledWorkerAndLeavesNothingRunning() throws Exception {
    List<String> progress = new ArrayList<>();
    List<ProcessHandle> started = new ArrayList<>();
    try (LocalCluster cluster = LocalCluster.in(folder).jmx().progress(progress::add).open()) {
      Worker worker = cluster.startBoth("worker");
      started.add(ProcessHandle.of(cluster.broker().pid()).orElseThrow());
      started.add(ProcessHandle.of(worker.pid()).orElseThrow());

      cluster.topics().create("releases", 2, Map.of("max.message.bytes", "2000000"));
      produce(cluster.broker().bootstrap(), "releases", 10);
      assertThat(cluster.topics().endOffsets("releases")).containsEntry(0, 5L).containsEntry(1, 5L);
      assertThat(consume(cluster.broker().bootstrap(), "releases", 10))
          .containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
      cluster.topics().delete("releases");
      assertThat(cluster.topics().names()).doesNotContain("releases");

      assertThat(worker.rest().plugins())
          .extracting(ConnectRest.Plugin::className)
          .contains("org.apache.kafka.connect.converters.ByteArrayConverter");
      assertThat(worker.rest().connectors()).isEmpty();
      assertThatThrownBy(() -> worker.rest().status("missing"))
          .isInstanceOf(RestException.class)
          .hasMessageContaining("404")
          .hasMessageContaining("worker.log");
      try (JmxMetrics metrics = worker.metrics()) {
        assertThat(metrics.number("kafka.connect:type=connect-worker-metrics", "connector-count"))
            .isZero();
      }

      worker.kill();
      assertThat(worker.isAlive()).isFalse();
      assertThatThrownBy(() -> worker.rest().connectors())
          .isInstanceOf(ClusterException.class)
          .hasMessageContaining("ended with exit status 137");
      worker.start();
      started.add(ProcessHandle.of(worker.pid()).orElseThrow());
      assertThat(worker.rest().connectors()).isEmpty();
    }
    assertThat(started).hasSize(3).noneMatch(ProcessHandle::isAlive);
    assertThat(progress)
        .hasSize(3)
        .allMatch(line -> line.matches("(broker|worker) ready in [0-9.,]+ s"));
  }

  @Test
  void aBrokerThatCannotStartSaysWhyAndWhereItsLogIs() {
    try (LocalCluster cluster =
        LocalCluster.in(folder).brokerSetting("num.io.threads", "none").open()) {
      assertThatThrownBy(cluster::startBroker)
          .isInstanceOf(ClusterException.class)
          .hasMessageContaining("before it was ready")
          .hasMessageContaining(folder.resolve("broker").resolve("broker.log").toString())
          .hasMessageContaining("Invalid value none for configuration num.io.threads");
    }
  }

  private static void produce(String bootstrap, String topic, int count) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        byte[] value = Integer.toString(i).getBytes(UTF_8);
        producer.send(new ProducerRecord<>(topic, i % 2, OLD_TIMESTAMP_MS, null, value)).get();
      }
    }
  }

  private static List<String> consume(String bootstrap, String topic, int count) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest");
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
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
