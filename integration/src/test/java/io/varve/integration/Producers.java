package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends events to topics. */
final class Producers {
  private Producers() {}

  /** Sends them in their order and returns when the broker has them all. */
  static void send(String bootstrap, List<ProducerRecord<byte[], byte[]>> events) {
    try (KafkaProducer<byte[], byte[]> producer = open(bootstrap)) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      events.forEach(event -> sent.add(producer.send(event)));
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("Producing failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static KafkaProducer<byte[], byte[]> open(String bootstrap) {
    return new KafkaProducer<>(
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ProducerConfig.LINGER_MS_CONFIG,
            5,
            ProducerConfig.BATCH_SIZE_CONFIG,
            128 << 10,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            8 << 20),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** Numbered events, spread evenly over partitions, a second of event time apart. */
  static List<ProducerRecord<byte[], byte[]>> numbered(
      String topic, int partitions, int first, int count) {
    List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      events.add(
          new ProducerRecord<>(
              topic,
              i % partitions,
              EventsOfEveryKind.FROM_MS + i * 1000L,
              ("key " + i).getBytes(UTF_8),
              ("%s event %d".formatted(topic, i)).getBytes(UTF_8)));
    }
    return events;
  }
}
