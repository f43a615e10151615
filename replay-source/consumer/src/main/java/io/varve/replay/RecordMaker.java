package io.varve.replay;

import io.varve.event.EventView;
import io.varve.event.Reserved;
import io.varve.query.UnreadableEventException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.RecordDeserializationException.DeserializationExceptionOrigin;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of events: the bytes that they had in the topic, deserialized.
 *
 * <p>Thread: confined to the consumer's.
 */
final class RecordMaker<K, V> {

  private static final TimestampType[] TYPES = {
    TimestampType.NO_TIMESTAMP_TYPE, TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME
  };

  private final Deserializer<K> keys;
  private final Deserializer<V> values;
  private final boolean plainKeys;
  private final boolean plainValues;
  private final StoredBytes bytes;

  RecordMaker(Deserializer<K> keys, Deserializer<V> values, StoredBytes bytes) {
    this.keys = keys;
    this.values = values;
    this.plainKeys = keys.getClass() == ByteArrayDeserializer.class;
    this.plainValues = values.getClass() == ByteArrayDeserializer.class;
    this.bytes = bytes;
  }

  /**
   * The record of {@code event}.
   *
   * @throws RecordDeserializationException if a deserializer fails, or bytes can't be given
   */
  ConsumerRecord<K, V> make(TopicPartition partition, EventView event) {
    Headers headers = new RecordHeaders();
    byte[] key = null;
    byte[] value = null;
    DeserializationExceptionOrigin at = DeserializationExceptionOrigin.KEY;
    try {
      addHeaders(event, headers);
      key = bytes.of(event.keyEncoding(), event.key());
      K madeKey = deserialize(keys, plainKeys, partition.topic(), headers, key);
      at = DeserializationExceptionOrigin.VALUE;
      value = bytes.of(event.valueEncoding(), event.value());
      V madeValue = deserialize(values, plainValues, partition.topic(), headers, value);
      return new ConsumerRecord<>(
          partition.topic(),
          partition.partition(),
          event.offset(),
          event.timestampMs(),
          TYPES[event.timestampType().ordinal()],
          key == null ? ConsumerRecord.NULL_SIZE : key.length,
          value == null ? ConsumerRecord.NULL_SIZE : value.length,
          madeKey,
          madeValue,
          headers,
          Optional.empty());
    } catch (RuntimeException e) {
      throw new RecordDeserializationException(
          at,
          partition,
          event.offset(),
          event.timestampMs(),
          TYPES[event.timestampType().ordinal()],
          wrap(key == null ? event.key() : key),
          wrap(value == null ? event.value() : value),
          headers,
          "Error deserializing "
              + at
              + " for partition "
              + partition
              + " at offset "
              + event.offset()
              + ". If needed, please seek past the record to continue consumption.",
          e);
    }
  }

  /** The error of an event of which it can't be told whether it is wanted. */
  RecordDeserializationException unreadable(TopicPartition partition, UnreadableEventException e) {
    return new RecordDeserializationException(
        DeserializationExceptionOrigin.VALUE,
        partition,
        e.offset(),
        ConsumerRecord.NO_TIMESTAMP,
        TimestampType.NO_TIMESTAMP_TYPE,
        null,
        null,
        new RecordHeaders(),
        "The filter can't be evaluated for partition "
            + partition
            + " at offset "
            + e.offset()
            + ". If needed, please seek past the record to continue consumption. "
            + e.getMessage(),
        e);
  }

  private void addHeaders(EventView event, Headers target) {
    io.varve.event.Headers stored = event.headers();
    for (int i = 0; i < stored.count(); i++) {
      String name = stored.name(i);
      if (!Reserved.isReserved(name)) {
        target.add(name, bytes.of(stored.encoding(i), stored.value(i)));
      }
    }
  }

  /** Arrays are given as they are; what others are given is Kafka's to say, see its buffers. */
  @SuppressWarnings({"unchecked", "NullAway"}) // a deserializer of arrays; null is one's own value
  private static <T> T deserialize(
      Deserializer<T> deserializer,
      boolean plain,
      String topic,
      Headers headers,
      byte @Nullable [] data) {
    if (plain) {
      return (T) data;
    }
    return deserializer.deserialize(topic, headers, wrap(data));
  }

  private static @Nullable ByteBuffer wrap(byte @Nullable [] data) {
    return data == null ? null : ByteBuffer.wrap(data);
  }
}
