package io.varve.connect.sink;

import io.varve.event.Encoding;
import io.varve.event.Event;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether an event that comes under a stored event's offset is that event, come again, or one
 * of a topic that was deleted and created anew.
 *
 * <p>Timestamps are compared always; keys and values where both were stored as plain bytes or text,
 * or both in the same structured form. If a converter was changed in between, their bytes tell
 * nothing, and the timestamp decides alone.
 */
final class SameEvent {

  private SameEvent() {}

  static boolean test(Event stored, Event received) {
    return stored.timestampMs() == received.timestampMs()
        && samePart(stored.keyEncoding(), stored.key(), received.keyEncoding(), received.key())
        && samePart(
            stored.valueEncoding(), stored.value(), received.valueEncoding(), received.value());
  }

  private static boolean samePart(
      Encoding storedAs,
      byte @Nullable [] stored,
      Encoding receivedAs,
      byte @Nullable [] received) {
    return (isAvro(storedAs) != isAvro(receivedAs) && stored != null && received != null)
        || Arrays.equals(stored, received);
  }

  private static boolean isAvro(Encoding encoding) {
    return encoding == Encoding.AVRO;
  }
}
