package io.varve.integration;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics as an application does that wants committed events only. */
final class TopicEvents {
  private static final Duration POLL = Duration.ofMillis(100);

  private TopicEvents() {}

  /** What is committed to a topic now, by partition, in order. */
  static SortedMap<Integer, List<SeenEvent>> read(String bootstrap, String topic) {
    SortedMap<Integer, List<SeenEvent>> events = new TreeMap<>();
    records(bootstrap, topic)
        .forEach(
            (partition, records) ->
                events.put(partition, records.stream().map(TopicEvents::seen).toList()));
    return events;
  }

  /** How many events are committed to a topic now. */
  static int count(String bootstrap, String topic) {
    return records(bootstrap, topic).values().stream().mapToInt(List::size).sum();
  }

  /** As {@link #read}, for what a {@link SeenEvent} does not show. */
  static SortedMap<Integer, List<ConsumerRecord<byte[], byte[]>>> records(
      String bootstrap, String topic) {
    SortedMap<Integer, List<ConsumerRecord<byte[], byte[]>>> records = new TreeMap<>();
    forEach(
        bootstrap,
        topic,
        partition -> records.put(partition, new ArrayList<>()),
        record -> records.get(record.partition()).add(record));
    return records;
  }

  /** Shows every event that is committed now, those of a partition in their order. */
  static void forEach(
      String bootstrap, String topic, Consumer<ConsumerRecord<byte[], byte[]>> records) {
    forEach(bootstrap, topic, partition -> {}, records);
  }

  private static void forEach(
      String bootstrap,
      String topic,
      IntConsumer partitions,
      Consumer<ConsumerRecord<byte[], byte[]>> records) {
    try (KafkaConsumer<byte[], byte[]> kafka = consumer(bootstrap)) {
      for (PartitionInfo partition : kafka.partitionsFor(topic)) {
        partitions.accept(partition.partition());
        TopicPartition place = new TopicPartition(topic, partition.partition());
        kafka.assign(List.of(place));
        kafka.seekToBeginning(List.of(place));
        long end = kafka.endOffsets(List.of(place)).get(place);
        // The position also passes the markers of transactions, which are no events.
        while (kafka.position(place) < end) {
          for (ConsumerRecord<byte[], byte[]> record : kafka.poll(POLL)) {
            if (record.offset() < end) {
              records.accept(record);
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
