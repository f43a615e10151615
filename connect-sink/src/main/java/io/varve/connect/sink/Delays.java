package io.varve.connect.sink;

import io.varve.base.BadSettingException;
import io.varve.connect.common.EncodedValue;
import io.varve.connect.common.RecentMap;
import io.varve.connect.common.RecordEncoder;
import io.varve.delay.Cron;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Gives events the due times that their records ask for, and tells the scheduler and the source in
 * reserved headers, behind the record's own, what else these ask for.
 *
 * <p>Thread: confined to the task's.
 */
final class Delays {

  private static final String CRON =
      "a cron expression of five fields, or of six or seven as Quartz has them";

  /** An id's longest. */
  static final int ID_BYTES_MAX = 1024;

  /** Many records have the same expression. */
  private static final int CRONS_MAX = 1000;

  private final DelaySettings settings;
  private final RecordEncoder encoder;
  private final RecentMap<String, Cron> crons = new RecentMap<>(CRONS_MAX);

  /** What a record says of its delivery can't be done. */
  static final class BadDelayException extends DataException {
    private static final long serialVersionUID = 1L;

    BadDelayException(String message) {
      super(message);
    }
  }

  /** A part of a record, or of the work on it, that throws {@link DataException}s. */
  private interface Reading<T> {
    T get(SchemaAndValue value);
  }

  /**
   * @param encoder encodes keys to deliver events with
   */
  Delays(DelaySettings settings, RecordEncoder encoder) {
    this.settings = settings;
    this.encoder = encoder;
  }

  /** Whether an event that went through {@link #apply} cancels a pending one. */
  static boolean cancels(Event event) {
    Headers headers = event.headers();
    return event.value() == null
        && event.dueTimeMs() == Event.NOT_DELAYED
        && !headers.isEmpty()
        && headers.name(headers.count() - 1).equals(Reserved.SCHEDULE_ID);
  }

  /**
   * The event that is to be stored.
   *
   * @param event what {@code record} is, with the record's own headers alone
   * @throws BadDelayException if the record asks for what can't be; names where, what was found and
   *     what was expected
   */
  Event apply(SinkRecord record, Event event) {
    Cron cron = read(DelayPart.SCHEDULE_CRON, record, this::cron);
    long dueTimeMs = dueTimeMs(record, event.timestampMs(), cron);
    boolean delayed = dueTimeMs != Event.NOT_DELAYED;
    if (!delayed && event.value() != null) {
      return event;
    }
    byte[] id = read(DelayPart.SCHEDULE_ID, record, Delays::id);
    if (!delayed && id == null) {
      return event;
    }
    Headers.Builder headers = Headers.builder();
    for (Headers.Header own : event.headers().asList()) {
      headers.add(own.name(), own.encoding(), own.value());
    }
    if (id != null) {
      headers.add(Reserved.SCHEDULE_ID, id);
    }
    if (cron != null) {
      headers.add(
          Reserved.SCHEDULE_CRON,
          Encoding.STRING,
          cron.toString().getBytes(StandardCharsets.UTF_8));
    }
    if (delayed) {
      delivery(record, headers);
    }
    return new Event(
        event.offset(),
        event.timestampMs(),
        event.timestampType(),
        event.keyEncoding(),
        event.key(),
        event.valueEncoding(),
        event.value(),
        headers.build(),
        event.messageId(),
        dueTimeMs);
  }

  private long dueTimeMs(SinkRecord record, long timestampMs, @Nullable Cron cron) {
    Long at = read(DelayPart.DELIVER_AT, record, DueTime::at);
    Long after = read(DelayPart.DELIVER_AFTER, record, value -> DueTime.after(value, timestampMs));
    if (at != null && after != null) {
      throw new BadDelayException(
          place(DelayPart.DELIVER_AT)
              + ": expected it or "
              + place(DelayPart.DELIVER_AFTER)
              + ", found both");
    }
    if (at != null) {
      return at;
    }
    if (after != null) {
      return after;
    }
    return cron == null ? Event.NOT_DELAYED : first(cron, timestampMs);
  }

  private Cron cron(SchemaAndValue value) {
    String text = PlainValue.text(value.value(), CRON);
    Cron known = crons.get(text);
    if (known != null) {
      return known;
    }
    try {
      Cron cron = Cron.parse(text);
      crons.put(text, cron);
      return cron;
    } catch (BadSettingException e) {
      throw new DataException(e.getMessage(), e);
    }
  }

  private long first(Cron cron, long timestampMs) {
    if (timestampMs < 0) {
      throw new BadDelayException(
          place(DelayPart.SCHEDULE_CRON)
              + ": expected a record with a timestamp behind which '"
              + cron
              + "' is due first, found one without");
    }
    try {
      long firstMs = cron.next(timestampMs);
      if (firstMs == Cron.NONE) {
        throw new BadDelayException(
            place(DelayPart.SCHEDULE_CRON)
                + ": expected a time behind the record's timestamp, found none for '"
                + cron
                + "'");
      }
      return firstMs;
    } catch (BadSettingException e) {
      throw new BadDelayException(place(DelayPart.SCHEDULE_CRON) + ": " + e.getMessage());
    }
  }

  private void delivery(SinkRecord record, Headers.Builder headers) {
    String topic = read(DelayPart.DELIVER_TOPIC, record, Delays::topic);
    if (topic != null) {
      headers.add(
          Reserved.DELIVER_TOPIC, Encoding.STRING, topic.getBytes(StandardCharsets.US_ASCII));
    }
    EncodedValue key =
        read(DelayPart.DELIVER_KEY, record, value -> encoder.encode(value.schema(), value.value()));
    if (key != null) {
      headers.add(Reserved.DELIVER_KEY, key.encoding(), key.bytes());
    }
  }

  private static byte[] id(SchemaAndValue value) {
    byte[] id = PlainValue.bytes(value.value());
    if (id.length == 0 || id.length > ID_BYTES_MAX) {
      throw new DataException(
          "expected an id of 1 to "
              + ID_BYTES_MAX
              + " bytes, found "
              + id.length
              + " bytes"
              + (id.length == 0 ? "" : ": " + PlainValue.show(value.value())));
    }
    return id;
  }

  private static String topic(SchemaAndValue value) {
    String expected =
        "a topic's name (1 to 249 letters, digits, dots, underscores or hyphens, other than '.' and"
            + " '..')";
    String topic = PlainValue.text(value.value(), expected);
    // Streams and topics have the same legal names.
    if (!StreamPartition.isStreamName(topic)) {
      throw PlainValue.mismatch(expected, value.value());
    }
    return topic;
  }

  private <T> @Nullable T read(DelayPart part, SinkRecord record, Reading<T> reading) {
    RecordPart place = settings.parts().get(part);
    if (place == null) {
      return null;
    }
    try {
      SchemaAndValue value = place.of(record);
      return value == null ? null : reading.get(value);
    } catch (DataException e) {
      throw new BadDelayException(place(part) + ": " + e.getMessage());
    }
  }

  private String place(DelayPart part) {
    return settings.parts().get(part) + " (" + part.setting() + ")";
  }
}
