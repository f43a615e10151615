package io.varve.connect.sink;

import io.varve.base.BadEventException;
import io.varve.connect.common.RecordEncoder;
import io.varve.event.Event;
import io.varve.format.BatchBuilder;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a task's records are stored as.
 *
 * <p>Thread: confined to the task's.
 */
final class Events {

  private final RecordEncoder encoder;
  private final int bytesMax;
  private final @Nullable Delays delays;
  private final @Nullable MessageIds ids;

  Events(RecordEncoder encoder, SinkSettings settings) {
    this.encoder = encoder;
    this.bytesMax = settings.log().eventBytesMax();
    DelaySettings delaySettings = settings.delays();
    this.delays = delaySettings == null ? null : new Delays(delaySettings, encoder);
    Deduplication deduplication = settings.deduplication();
    this.ids = deduplication == null ? null : deduplication.ids();
  }

  /**
   * The event that is to be stored.
   *
   * @throws DataException if the record can't be stored
   * @throws BadEventException if it is too large
   */
  Event of(SinkRecord record) {
    Event event = encoder.encode(record);
    if (delays != null) {
      event = delays.apply(record, event);
    }
    if (ids != null) {
      event = ids.apply(record, event);
    }
    checkSize(event);
    return event;
  }

  /**
   * The writer checks it too, but a large event need not wait for those before it to arrive in the
   * dead letter queue, and a log passes a duplicate before it is kept elsewhere.
   */
  private void checkSize(Event event) {
    long bytes =
        BatchBuilder.bytesMax(event.key(), event.value(), event.headers(), event.messageId());
    if (bytes > bytesMax) {
      throw new BadEventException(
          "it needs " + bytes + " bytes, more than the " + bytesMax + " of event.bytes.max");
    }
  }

  /**
   * The record alone, whatever it asks for: the same, whatever the settings are and were.
   *
   * @throws DataException if the record can't be stored
   */
  Event plain(SinkRecord record) {
    return encoder.encode(record);
  }
}
