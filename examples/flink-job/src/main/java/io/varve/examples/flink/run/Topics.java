package io.varve.examples.flink.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.cluster.Broker;
import io.varve.cluster.ClusterException;
import io.varve.examples.flink.input.Events;
import io.varve.examples.flink.job.OrdersJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What goes into Kafka and comes out of it.
 *
 * <p>Thread: confined to one.
 */
final class Topics {
  private static final int PARTITIONS = 4;
  private static final Duration POLL = Duration.ofMillis(200);

  private final Broker broker;

  Topics(Broker broker) {
    this.broker = broker;
  }

  String bootstrap() {
    return broker.bootstrap();
  }

  void create(String topic) {
    broker.topics().create(topic, PARTITIONS);
  }

  /** Writes all events, each order and its payment into partitions of the same number. */
  void produce(Events events, OrdersJob.Places places) {
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    Map<String, Object> settings =
        Map.of("bootstrap.servers", bootstrap(), "linger.ms", 20, "batch.size", 128 * 1024);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      events
          .orders()
          .forEach(order -> send(producer, failure, places.orders(), order.id, order.text()));
      events
          .payments()
          .forEach(
              payment -> send(producer, failure, places.payments(), payment.order, payment.text()));
      producer.flush();
    }
    Exception first = failure.get();
    if (first != null) {
      throw new ClusterException("Could not produce the events: " + first, first);
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      AtomicReference<@Nullable Exception> failure,
      String topic,
      long order,
      byte[] text) {
    int partition = (int) (order % PARTITIONS);
    // Its callback tells all that the future would.
    Future<?> unused =
        producer.send(
            new ProducerRecord<>(topic, partition, null, text),
            (written, error) -> {
              if (error != null) {
                failure.compareAndSet(null, error);
              }
            });
  }

  /** Whether no transaction is open in the topic: all that is there can be read. */
  boolean isAllCommitted(String topic) {
    return broker.topics().endOffsets(topic).equals(broker.topics().committedEndOffsets(topic));
  }

  /** All lines of the topic, as a consumer reads them that wants committed ones only. */
  List<String> read(String topic) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            bootstrap(),
            "isolation.level",
            "read_committed",
            "max.poll.records",
            5_000);
    List<String> lines = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        partitions.add(new TopicPartition(topic, partition));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      // The position also passes the markers of transactions, which are no lines.
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one) < Objects.requireNonNull(ends.get(one)))) {
        consumer.poll(POLL).forEach(record -> lines.add(new String(record.value(), UTF_8)));
      }
    }
    return lines;
  }
}
