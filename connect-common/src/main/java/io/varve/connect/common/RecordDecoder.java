package io.varve.connect.common;

import io.varve.event.Encoding;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Turns stored events into source records. Headers with {@linkplain Reserved reserved} names are
 * left out: they are Varve's own, and tell nobody else anything.
 *
 * <p>Thread: confined; one for each task.
 */
public final class RecordDecoder {
  private final ValueDecoder values;

  /** A decoder that looks schemas up in {@code texts}. */
  public RecordDecoder(SchemaTexts texts) {
    this.values = new ValueDecoder(texts);
  }

  /**
   * The record that {@code event} was, bound for {@code topic}.
   *
   * @param from where the event stands; named in errors
   * @param sourcePartition as Connect keeps it; not copied
   * @param sourceOffset as Connect keeps it; not copied
   * @param partition the topic's partition, or null to leave the choice to the producer
   * @throws UnreadableValueException if a part of it cannot be read; names the part, the log and
   *     the offset
   */
  public SourceRecord decode(
      StreamPartition from,
      EventView event,
      Map<String, ?> sourcePartition,
      Map<String, ?> sourceOffset,
      String topic,
      @Nullable Integer partition) {
    return decode(
        from,
        event,
        (view, keySchema, key, valueSchema, value, timestamp, headers) ->
            new SourceRecord(
                sourcePartition,
                sourceOffset,
                topic,
                partition,
                keySchema,
                key,
                valueSchema,
                value,
                timestamp,
                headers));
  }

  /**
   * The record that {@code factory} makes of what {@code event} holds.
   *
   * @param from where the event stands; named in errors
   * @throws UnreadableValueException if a part of it cannot be read; names the part, the log and
   *     the offset
   */
  public SourceRecord decode(StreamPartition from, EventView event, RecordFactory factory) {
    SchemaAndValue key = decode("key", from, event, event.keyEncoding(), event.key());
    SchemaAndValue value = decode("value", from, event, event.valueEncoding(), event.value());
    return factory.create(
        event,
        key.schema(),
        key.value(),
        value.schema(),
        value.value(),
        timestamp(event),
        headers(from, event));
  }

  /** Makes a record of an event's parts. */
  @FunctionalInterface
  public interface RecordFactory {
    SourceRecord create(
        EventView event,
        @Nullable Schema keySchema,
        @Nullable Object key,
        @Nullable Schema valueSchema,
        @Nullable Object value,
        @Nullable Long timestamp,
        ConnectHeaders headers);
  }

  private static @Nullable Long timestamp(EventView event) {
    return event.timestampType() == TimestampType.NONE || event.timestampMs() < 0
        ? null
        : event.timestampMs();
  }

  private ConnectHeaders headers(StreamPartition from, EventView event) {
    ConnectHeaders target = new ConnectHeaders();
    Headers headers = event.headers();
    for (int i = 0; i < headers.count(); i++) {
      if (!Reserved.isReserved(headers.name(i))) {
        target.add(headers.name(i), header(from, event, i));
      }
    }
    return target;
  }

  /**
   * What is in a header of {@code event}, one that is reserved or not.
   *
   * @param from where the event stands; named in errors
   * @throws UnreadableValueException if it cannot be read; names the header, the log and the offset
   */
  public SchemaAndValue header(StreamPartition from, EventView event, int i) {
    Headers headers = event.headers();
    try {
      return values.decode(headers.encoding(i), headers.value(i));
    } catch (DataException e) {
      throw located("header '" + headers.name(i) + "'", from, event, e);
    }
  }

  private SchemaAndValue decode(
      String part,
      StreamPartition from,
      EventView event,
      Encoding encoding,
      byte @Nullable [] bytes) {
    try {
      return values.decode(encoding, bytes);
    } catch (UnreadableValueException e) {
      throw located(part, from, event, e);
    }
  }

  private static UnreadableValueException located(
      String part, StreamPartition from, EventView event, DataException cause) {
    return new UnreadableValueException(
        part + " of " + from + " offset " + event.offset() + ": " + cause.getMessage(), cause);
  }
}
