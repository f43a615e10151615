package io.varve.connect.sink;

import io.varve.connect.common.RecordEncoder;
import io.varve.event.Event;
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
  private final @Nullable Delays delays;

  Events(RecordEncoder encoder, SinkSettings settings) {
    this.encoder = encoder;
    DelaySettings delaySettings = settings.delays();
    this.delays = delaySettings == null ? null : new Delays(delaySettings, encoder);
  }

  /**
   * The event that is to be stored.
   *
   * @throws DataException if the record can't be stored
   */
  Event of(SinkRecord record) {
    Event event = encoder.encode(record);
    return delays == null ? event : delays.apply(record, event);
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
