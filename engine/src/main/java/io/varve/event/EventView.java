package io.varve.event;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An event to look at. The one that a reader stands on changes with the reader's next step: copy
 * what is to be kept.
 *
 * <p>Thread: confined to the reader's.
 */
public interface EventView {

  /** The event's number in its log. */
  long offset();

  /** Milliseconds since the Unix epoch, or {@link Event#NO_TIMESTAMP}. */
  long timestampMs();

  TimestampType timestampType();

  Encoding keyEncoding();

  /** The key's length in bytes, or -1 if it is null. */
  int keyLength();

  /** The key, or null; a reader gives a copy. */
  byte @Nullable [] key();

  Encoding valueEncoding();

  /** The value's length in bytes, or -1 if it is null. */
  int valueLength();

  /** The value, or null for a tombstone; a reader gives a copy. */
  byte @Nullable [] value();

  /** Copies the key into {@code target}, which needs {@link #keyLength()} bytes of room. */
  void copyKey(ByteBuffer target);

  /** Copies the value into {@code target}, which needs {@link #valueLength()} bytes of room. */
  void copyValue(ByteBuffer target);

  /** The headers; {@link Headers#EMPTY} if there are none. */
  Headers headers();

  /** The id for deduplication, or null. */
  byte @Nullable [] messageId();

  /** When to deliver it, or {@link Event#NOT_DELAYED}. */
  long dueTimeMs();

  /** A copy that stays as it is. */
  default Event toEvent() {
    return new Event(
        offset(),
        timestampMs(),
        timestampType(),
        keyEncoding(),
        key(),
        valueEncoding(),
        value(),
        headers(),
        messageId(),
        dueTimeMs());
  }
}
