package io.varve.event;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One event, which stays as it is. Its arrays are not copied: nobody changes them.
 *
 * @param offset its number in its log, 0 or more; given by who appends, strictly rising, gaps
 *     allowed
 * @param timestampMs milliseconds since the Unix epoch, or {@link #NO_TIMESTAMP}; in any order
 * @param key the key's bytes, or null
 * @param value the value's bytes, or null for a tombstone
 * @param messageId an id for deduplication, or null
 * @param dueTimeMs when to deliver it, milliseconds since the Unix epoch, or {@link #NOT_DELAYED}
 */
public record Event(
    long offset,
    long timestampMs,
    TimestampType timestampType,
    Encoding keyEncoding,
    byte @Nullable [] key,
    Encoding valueEncoding,
    byte @Nullable [] value,
    Headers headers,
    byte @Nullable [] messageId,
    long dueTimeMs)
    implements EventView {

  /** The {@code timestampMs} of an event without a timestamp. */
  public static final long NO_TIMESTAMP = -1;

  /** The {@code dueTimeMs} of an event that is not delayed. */
  public static final long NOT_DELAYED = Long.MIN_VALUE;

  /** A plain event: bytes for key and value, timestamp by its creator, no headers. */
  public static Event of(
      long offset, long timestampMs, byte @Nullable [] key, byte @Nullable [] value) {
    return new Event(
        offset,
        timestampMs,
        TimestampType.CREATE,
        Encoding.BYTES,
        key,
        Encoding.BYTES,
        value,
        Headers.EMPTY,
        null,
        NOT_DELAYED);
  }

  @Override
  public int keyLength() {
    return key == null ? -1 : key.length;
  }

  @Override
  public int valueLength() {
    return value == null ? -1 : value.length;
  }

  @Override
  public void copyKey(ByteBuffer target) {
    target.put(Objects.requireNonNull(key));
  }

  @Override
  public void copyValue(ByteBuffer target) {
    target.put(Objects.requireNonNull(value));
  }

  @Override
  public Event toEvent() {
    return this;
  }

  /** The same event with another offset. */
  public Event withOffset(long other) {
    return new Event(
        other,
        timestampMs,
        timestampType,
        keyEncoding,
        key,
        valueEncoding,
        value,
        headers,
        messageId,
        dueTimeMs);
  }

  /** The same event with other headers. */
  public Event withHeaders(Headers other) {
    return new Event(
        offset,
        timestampMs,
        timestampType,
        keyEncoding,
        key,
        valueEncoding,
        value,
        other,
        messageId,
        dueTimeMs);
  }

  /** The same event with another message id. */
  public Event withMessageId(byte @Nullable [] other) {
    return new Event(
        offset,
        timestampMs,
        timestampType,
        keyEncoding,
        key,
        valueEncoding,
        value,
        headers,
        other,
        dueTimeMs);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Event other
        && offset == other.offset
        && timestampMs == other.timestampMs
        && timestampType == other.timestampType
        && keyEncoding == other.keyEncoding
        && valueEncoding == other.valueEncoding
        && dueTimeMs == other.dueTimeMs
        && Arrays.equals(key, other.key)
        && Arrays.equals(value, other.value)
        && Arrays.equals(messageId, other.messageId)
        && headers.equals(other.headers);
  }

  @Override
  public int hashCode() {
    return Objects.hash(offset, timestampMs, Arrays.hashCode(key), Arrays.hashCode(value));
  }

  @Override
  public String toString() {
    return "Event[offset="
        + offset
        + ", timestampMs="
        + timestampMs
        + " "
        + timestampType
        + ", key="
        + length(key)
        + ", value="
        + length(value)
        + ", headers="
        + headers.count()
        + "]";
  }

  private static String length(byte @Nullable [] bytes) {
    return bytes == null ? "null" : bytes.length + " B";
  }
}
