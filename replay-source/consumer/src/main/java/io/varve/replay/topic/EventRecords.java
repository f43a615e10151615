package io.varve.replay.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.connect.common.Origin;
import io.varve.event.EventView;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.replay.StoredBytes;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Makes a topic's records of events: their bytes as the replay consumer gives them, their
 * timestamps, and their headers, behind which it is told where they come from.
 *
 * <p>Thread: confined to one.
 */
public final class EventRecords {

  private final String topic;
  private final boolean keepPartition;
  private final boolean origin;
  private final StoredBytes bytes;

  /**
   * @param keepPartition whether a record goes to the partition of its event; else the producer
   *     chooses, by key
   * @param origin whether records say where they come from
   */
  public EventRecords(String topic, boolean keepPartition, boolean origin, StoredBytes bytes) {
    this.topic = topic;
    this.keepPartition = keepPartition;
    this.origin = origin;
    this.bytes = bytes;
  }

  boolean keepPartition() {
    return keepPartition;
  }

  boolean origin() {
    return origin;
  }

  String topic() {
    return topic;
  }

  /**
   * The record of an event.
   *
   * @throws KafkaException if its bytes can't be given; says which
   */
  ProducerRecord<byte[], byte[]> of(StreamPartition log, EventView event) {
    try {
      return new ProducerRecord<>(
          topic,
          keepPartition ? log.partition() : null,
          timestamp(event),
          bytes.of(event.keyEncoding(), event.key()),
          bytes.of(event.valueEncoding(), event.value()),
          headers(log, event));
    } catch (KafkaException e) {
      throw new KafkaException(log + " offset " + event.offset() + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable Long timestamp(EventView event) {
    return event.timestampType() == TimestampType.NONE || event.timestampMs() < 0
        ? null
        : event.timestampMs();
  }

  private Headers headers(StreamPartition log, EventView event) {
    Headers target = new RecordHeaders();
    io.varve.event.Headers stored = event.headers();
    for (int i = 0; i < stored.count(); i++) {
      if (!Reserved.isReserved(stored.name(i))) {
        target.add(stored.name(i), bytes.of(stored.encoding(i), stored.value(i)));
      }
    }
    if (origin) {
      target.add(Origin.STREAM, log.stream().getBytes(UTF_8));
      target.add(Origin.GENERATION, digits(log.generation()));
      target.add(Origin.PARTITION, digits(log.partition()));
      target.add(Origin.OFFSET, digits(event.offset()));
    }
    return target;
  }

  private static byte[] digits(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }
}
