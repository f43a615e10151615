package io.varve.flink.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.cluster.LocalCluster;
import io.varve.event.Event;
import io.varve.flink.source.discover.LogEnumerator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.connector.base.source.hybrid.HybridSource;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** History from a store and then what is new from its topic, in one source, each event once. */
class HandoverTest {

  private static final int PARTITIONS = 3;
  private static final int ARCHIVED = 500;
  private static final int SENT = 800;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir Path folder;

  @Test
  void kafkaGoesOnWhereTheStoreEnds() throws Exception {
    try (LocalCluster kafka = LocalCluster.in(folder.resolve("kafka")).open();
        Archive archive = new Archive(folder.resolve("store"))) {
      kafka.startBroker();
      kafka.topics().create("orders", PARTITIONS);
      send(kafka);
      for (int partition = 0; partition < PARTITIONS; partition++) {
        // What a sink has archived of it by now: another number in each partition.
        for (int i = 0; i < ARCHIVED + partition; i++) {
          archive.append(
              "orders",
              partition,
              Event.of(0, Archive.FIRST_MS, null, Archive.text("store:" + partition + ":" + i)));
        }
      }

      List<String> read = read(hybrid(kafka.broker().bootstrap(), archive.path()));

      List<String> expected = new ArrayList<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        for (int i = 0; i < SENT; i++) {
          String from = i < ARCHIVED + partition ? "store:" : "kafka:";
          expected.add(from + partition + ":" + i);
        }
      }
      assertThat(read).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static HybridSource<String> hybrid(String bootstrap, String store) {
    VarveSource<String> history =
        VarveSource.<String>builder()
            .setStore(store)
            .setStreams("orders")
            .setBounded(LogPlace.latest())
            .setValueOnlyDeserializer(new SimpleStringSchema())
            .build();
    return HybridSource.<String, LogEnumerator>builder(history)
        .<LogEnumerator, KafkaSource<String>>addSource(
            handover ->
                KafkaSource.<String>builder()
                    .setBootstrapServers(bootstrap)
                    .setTopics("orders")
                    .setStartingOffsets(
                        OffsetsInitializer.offsets(
                            topicPartitions(handover.getPreviousEnumerator().endOffsets()),
                            OffsetResetStrategy.EARLIEST))
                    .setBounded(OffsetsInitializer.latest())
                    .setValueOnlyDeserializer(new SimpleStringSchema())
                    .build(),
            Boundedness.BOUNDED)
        .build();
  }

  private static Map<TopicPartition, Long> topicPartitions(Map<LogName, Long> ends) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    ends.forEach((log, end) -> offsets.put(new TopicPartition(log.stream(), log.partition()), end));
    return offsets;
  }

  private static void send(LocalCluster kafka) {
    Map<String, Object> settings = Map.of("bootstrap.servers", kafka.broker().bootstrap());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        for (int i = 0; i < SENT; i++) {
          producer.send(
              new ProducerRecord<>("orders", partition, null, "kafka:" + partition + ":" + i));
        }
      }
      producer.flush();
    }
  }

  private static List<String> read(HybridSource<String> source) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(2);
    env.enableCheckpointing(Duration.ofMillis(100).toMillis());
    List<String> all = new ArrayList<>();
    try (CloseableIterator<String> results =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "orders", Types.STRING)
            .executeAndCollect()) {
      results.forEachRemaining(all::add);
    }
    return all;
  }
}
