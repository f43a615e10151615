package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Topics of the kinds whose offsets have gaps, and their archive: what both consumers are asked
 * for. The events are known from the topics, read once from front to end.
 */
final class ConsumerTopics implements AutoCloseable {

  static final List<String> ALL =
      List.of("plain", "transactions", "compacted", "shortened", "appended");

  private static final int KEPT_FROM = 40;

  private final TestCluster cluster;
  private final Path store;
  private final Connectors connectors;
  private final Random random = new Random(1);
  private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> events = new HashMap<>();

  private ConsumerTopics(TestCluster cluster, Path store) {
    this.cluster = cluster;
    this.store = store;
    this.connectors = new Connectors(cluster.rest(), store);
  }

  /** Makes the topics, and archives them into a store in {@code folder}. */
  static ConsumerTopics open(Path folder) {
    TestCluster cluster =
        TestCluster.open(
            TestCluster.builder("consumers")
                .brokerSetting("log.cleaner.backoff.ms", "200")
                .brokerSetting("group.initial.rebalance.delay.ms", "0"));
    ConsumerTopics topics = new ConsumerTopics(cluster, folder.resolve("store"));
    boolean done = false;
    try {
      topics.make();
      topics.archive();
      done = true;
      return topics;
    } finally {
      if (!done) {
        topics.close();
      }
    }
  }

  private void make() {
    cluster.topics().create("plain", 3);
    Producers.send(cluster.bootstrap(), random("plain", 3, 300));
    cluster.topics().create("transactions", 2);
    transactions();
    // Behind the last marker of partition 1 comes nothing.
    Producers.send(cluster.bootstrap(), List.of(event("transactions", 0, "last")));
    cluster.topics().create("appended", 1, Map.of("message.timestamp.type", "LogAppendTime"));
    Producers.send(cluster.bootstrap(), random("appended", 1, 100));
    cluster.topics().create("shortened", 1);
    Producers.send(cluster.bootstrap(), random("shortened", 1, 100));
    shorten();
    compacted();
    for (String topic : ALL) {
      TopicEvents.records(cluster.bootstrap(), topic)
          .forEach(
              (partition, records) -> events.put(new TopicPartition(topic, partition), records));
    }
  }

  private void compacted() {
    cluster
        .topics()
        .create(
            "compacted",
            2,
            Map.of(
                "cleanup.policy", "compact",
                "segment.ms", "100",
                "min.cleanable.dirty.ratio", "0.01",
                "delete.retention.ms", "0"));
    Producers.send(cluster.bootstrap(), random("compacted", 2, 300));
    // A segment that is being written isn't compacted: more events begin others.
    long[] time = {System.currentTimeMillis()};
    await()
        .atMost(Connectors.LIMIT)
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> {
              for (int partition = 0; partition < 2; partition++) {
                Producers.send(
                    cluster.bootstrap(),
                    List.of(
                        new ProducerRecord<>(
                            "compacted", partition, time[0] += 1000, bytes("tick"), bytes("t"))));
              }
              return TopicEvents.count(cluster.bootstrap(), "compacted") < 300;
            });
    // From now on it stays as it is.
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "compacted");
    AlterConfigOp never =
        new AlterConfigOp(
            new ConfigEntry("min.compaction.lag.ms", String.valueOf(Long.MAX_VALUE)),
            AlterConfigOp.OpType.SET);
    get(cluster.topics().admin().incrementalAlterConfigs(Map.of(topic, List.of(never))).all());
    int[] count = {-1};
    await()
        .atMost(Connectors.LIMIT)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              int before = count[0];
              count[0] = TopicEvents.count(cluster.bootstrap(), "compacted");
              return count[0] == before;
            });
  }

  private void transactions() {
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            cluster.bootstrap(),
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            "gaps");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      for (int i = 0; i < 40; i++) {
        producer.beginTransaction();
        for (int n = random.nextInt(6); n >= 0; n--) {
          producer.send(event("transactions", random.nextInt(2), "t" + i));
        }
        producer.flush();
        if (i % 3 == 1) {
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }
  }

  private void shorten() {
    get(
        cluster
            .topics()
            .admin()
            .deleteRecords(
                Map.of(new TopicPartition("shortened", 0), RecordsToDelete.beforeOffset(KEPT_FROM)))
            .all());
  }

  private static void get(KafkaFuture<Void> done) {
    try {
      done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("A topic could not be changed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private List<ProducerRecord<byte[], byte[]>> random(String topic, int partitions, int count) {
    List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(event(topic, i % partitions, "event " + i));
    }
    return all;
  }

  private ProducerRecord<byte[], byte[]> event(String topic, int partition, String text) {
    byte[] key = topic.equals("compacted") || random.nextInt(5) > 0 ? key() : null;
    byte[] value = random.nextInt(10) > 0 ? bytes(text + "x".repeat(random.nextInt(60))) : null;
    long time = EventsOfEveryKind.FROM_MS + random.nextInt((int) EventsOfEveryKind.SPAN_MS);
    ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(topic, partition, time, key, value);
    if (random.nextInt(4) == 0) {
      event.headers().add("h", bytes(text)).add("none", null).add("h", new byte[0]);
    }
    return event;
  }

  private byte[] key() {
    return bytes("key " + random.nextInt(30));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private void archive() {
    connectors.start(
        "archive",
        connectors.sink(
            String.join(",", ALL), "consumer.override.isolation.level", "read_committed"));
    for (String topic : ALL) {
      long count =
          events.entrySet().stream()
              .filter(entry -> entry.getKey().topic().equals(topic))
              .mapToLong(entry -> entry.getValue().size())
              .sum();
      await()
          .atMost(Connectors.LIMIT)
          .untilAsserted(
              () ->
                  assertThat(StoreEvents.count(store, topic, 1))
                      .as("archived of %s", topic)
                      .isGreaterThanOrEqualTo(count));
    }
  }

  String bootstrap() {
    return cluster.bootstrap();
  }

  TestCluster cluster() {
    return cluster;
  }

  /** The offset behind a partition's last event. */
  long end(TopicPartition partition) {
    List<ConsumerRecord<byte[], byte[]>> all = events.get(partition);
    return all.get(all.size() - 1).offset() + 1;
  }

  Path store() {
    return store;
  }

  /** The partitions of all topics, in order. */
  List<TopicPartition> partitions() {
    SortedMap<String, TopicPartition> sorted = new TreeMap<>();
    events.keySet().forEach(partition -> sorted.put(partition.toString(), partition));
    return List.copyOf(sorted.values());
  }

  /** What a partition holds. */
  List<ConsumerRecord<byte[], byte[]>> events(TopicPartition partition) {
    return events.get(partition);
  }

  @Override
  public void close() {
    try {
      connectors.close();
    } finally {
      cluster.close();
    }
  }
}
