package io.varve.examples.run;

import static java.util.Objects.requireNonNull;

import io.varve.examples.compare.PlacedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics as any application would that wants committed events only.
 *
 * <p>Thread: confined to one.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<byte[], byte[]> consumer;

  TopicReader(String bootstrap) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            5_000,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false);
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** All committed events that are in the partition now. */
  List<PlacedEvent> read(String topic, int partition) {
    TopicPartition place = new TopicPartition(topic, partition);
    assign(List.of(place));
    long end = requireNonNull(consumer.endOffsets(List.of(place)).get(place));
    List<PlacedEvent> events = new ArrayList<>();
    // The position also passes the markers of transactions, which are no events.
    while (consumer.position(place) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < end) {
          events.add(KafkaEvents.fromRecord(record));
        }
      }
    }
    return events;
  }

  /** Adds to {@code count} whatever is committed to the topic, until it is told to end. */
  void count(String topic, int partitions, AtomicLong count, BooleanSupplier ended) {
    List<TopicPartition> places = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      places.add(new TopicPartition(topic, partition));
    }
    assign(places);
    while (!ended.getAsBoolean()) {
      count.addAndGet(consumer.poll(POLL).count());
    }
  }

  private void assign(List<TopicPartition> places) {
    consumer.assign(places);
    consumer.seekToBeginning(places);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
