package io.varve.connect.common;

import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns sink records into events to append. Headers with {@linkplain Reserved reserved} names are
 * left out: such a name means what Varve wrote, not what somebody sent.
 *
 * <p>Thread: confined; one for each task.
 */
public final class RecordEncoder {
  private static final Logger LOG = LoggerFactory.getLogger(RecordEncoder.class);

  private final ValueEncoder values;
  private boolean warned;

  /** An encoder that keeps the schemas it meets in {@code texts}. */
  public RecordEncoder(SchemaTexts texts) {
    this.values = new ValueEncoder(texts);
  }

  /**
   * The event that {@code record} is: its offset as it was in Kafka, whatever transforms made of
   * it. Shares byte arrays with the record. When this returns, the schemas that the event needs are
   * durable.
   *
   * @throws DataException if a part of it doesn't belong to its schema; names the part, the topic
   *     and the offset
   */
  public Event encode(SinkRecord record) {
    EncodedValue key = encode("key", record, record.keySchema(), record.key());
    EncodedValue value = encode("value", record, record.valueSchema(), record.value());
    Long timestamp = record.timestamp();
    boolean timed = timestamp != null && timestamp >= 0;
    return new Event(
        record.originalKafkaOffset(),
        timed ? timestamp : Event.NO_TIMESTAMP,
        timed ? timestampType(record) : TimestampType.NONE,
        key.encoding(),
        key.bytes(),
        value.encoding(),
        value.bytes(),
        headers(record),
        null,
        Event.NOT_DELAYED);
  }

  private Headers headers(SinkRecord record) {
    if (record.headers().isEmpty()) {
      return Headers.EMPTY;
    }
    Headers.Builder headers = Headers.builder();
    for (Header header : record.headers()) {
      if (Reserved.isReserved(header.key())) {
        leftOut(header.key(), record);
        continue;
      }
      EncodedValue value = encode(header.key(), record, header);
      headers.add(header.key(), value.encoding(), value.bytes());
    }
    return headers.build();
  }

  private void leftOut(String name, SinkRecord record) {
    if (!warned) {
      warned = true;
      LOG.warn(
          "{}-{} offset {} has a header '{}'. Varve keeps that name for itself, so that header is not"
              + " stored; this is not said again",
          record.originalTopic(),
          record.originalKafkaPartition(),
          record.originalKafkaOffset(),
          name);
    }
  }

  /**
   * What is to be stored for a part of a record. When this returns, the schema is durable.
   *
   * @throws DataException if the value doesn't belong to the schema
   */
  public EncodedValue encode(@Nullable Schema schema, @Nullable Object value) {
    return values.encode(schema, value);
  }

  private EncodedValue encode(String name, SinkRecord record, Header header) {
    try {
      return values.encode(header.schema(), header.value());
    } catch (DataException e) {
      throw located("header '" + name + "'", record, e);
    }
  }

  private EncodedValue encode(
      String part, SinkRecord record, @Nullable Schema schema, @Nullable Object value) {
    try {
      return values.encode(schema, value);
    } catch (DataException e) {
      throw located(part, record, e);
    }
  }

  private static DataException located(String part, SinkRecord record, DataException cause) {
    return new DataException(
        part
            + " of "
            + record.originalTopic()
            + "-"
            + record.originalKafkaPartition()
            + " offset "
            + record.originalKafkaOffset()
            + ": "
            + cause.getMessage(),
        cause);
  }

  private static TimestampType timestampType(SinkRecord record) {
    return switch (record.timestampType()) {
      // A transform may give a time to a record that had none.
      case NO_TIMESTAMP_TYPE, CREATE_TIME -> TimestampType.CREATE;
      case LOG_APPEND_TIME -> TimestampType.LOG_APPEND;
    };
  }
}
