package io.varve.connect.sink;

import io.varve.event.Event;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Gives events the message ids that their records have. Immutable.
 *
 * @param part where an id stands; of a key its stored bytes count
 */
record MessageIds(RecordPart part) {

  /** An id's longest. */
  static final int BYTES_MAX = 1024;

  /**
   * The event that is to be stored: the same if the record has no id.
   *
   * @throws DataException if there is something that can't be an id; names where, what was found
   *     and what was expected
   */
  Event apply(SinkRecord record, Event event) {
    try {
      SchemaAndValue found = part.of(record);
      if (found == null) {
        return event;
      }
      byte[] key = part.isKey() ? event.key() : null;
      byte[] id = key == null ? PlainValue.bytes(found.value()) : key;
      if (id.length == 0 || id.length > BYTES_MAX) {
        throw new DataException(
            "expected an id of 1 to "
                + BYTES_MAX
                + " bytes, found "
                + id.length
                + " bytes"
                + (id.length == 0 ? "" : ": " + PlainValue.show(found.value())));
      }
      if (event.timestampMs() < 0) {
        throw new DataException(
            "expected a record with a timestamp, since it tells how old the id "
                + PlainValue.show(found.value())
                + " is; found one without");
      }
      return event.withMessageId(id);
    } catch (DataException e) {
      throw new DataException(part + " (" + Deduplication.ID + "): " + e.getMessage(), e);
    }
  }
}
