package io.varve.integration;

import io.varve.cluster.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics as an application does that wants committed events only. */
final class TopicEvents {
  private static final Duration POLL = Duration.ofMillis(100);

  private TopicEvents() {}

  /** What is committed to a topic now, by partition, in order. */
  static SortedMap<Integer, List<SeenEvent>> read(TestCluster cluster, String topic) {
    SortedMap<Integer, List<SeenEvent>> events = new TreeMap<>();
    records(cluster, topic)
        .forEach(
            (partition, all) ->
                events.put(partition, all.stream().map(TopicEvents::seen).toList()));
    return events;
  }

  /** How many events are committed to a topic now. */
  static int count(TestCluster cluster, String topic) {
    return records(cluster, topic).values().stream().mapToInt(List::size).sum();
  }

  /** As {@link #read}, for what a {@link SeenEvent} does not show. */
  static SortedMap<Integer, List<ConsumerRecord<byte[], byte[]>>> records(
      TestCluster cluster, String topic) {
    SortedMap<Integer, List<ConsumerRecord<byte[], byte[]>>> records = new TreeMap<>();
    cluster
        .topics()
        .committedEndOffsets(topic)
        .keySet()
        .forEach(p -> records.put(p, new ArrayList<>()));
    forEach(cluster.bootstrap(), cluster.topics(), topic, r -> records.get(r.partition()).add(r));
    return records;
  }

  /** Shows every event that is committed now, those of a partition in their order. */
  static void forEach(
      String bootstrap,
      Topics topics,
      String topic,
      Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
    SortedMap<Integer, Long> ends = topics.committedEndOffsets(topic);
    try (KafkaConsumer<byte[], byte[]> kafka = consumer(bootstrap)) {
      for (Map.Entry<Integer, Long> end : ends.entrySet()) {
        TopicPartition place = new TopicPartition(topic, end.getKey());
        kafka.assign(List.of(place));
        kafka.seekToBeginning(List.of(place));
        // The position also passes the markers of transactions, which are no events.
        while (kafka.position(place) < end.getValue()) {
          for (ConsumerRecord<byte[], byte[]> record : kafka.poll(POLL)) {
            if (record.offset() < end.getValue()) {
              consumer.accept(record);
            }
          }
        }
      }
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap) {
    return new KafkaConsumer<>(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            5_000,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            8 << 20,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static SeenEvent seen(ConsumerRecord<byte[], byte[]> record) {
    return new SeenEvent(
        record.timestamp(),
        SeenEvent.shown(record.key()),
        SeenEvent.shown(record.value()),
        StreamSupport.stream(record.headers().spliterator(), false)
            .map(header -> SeenEvent.shownHeader(header.key(), header.value()))
            .toList());
  }
}
