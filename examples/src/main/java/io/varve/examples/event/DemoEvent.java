package io.varve.examples.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event carries through the whole line: everything but its place (partition and offset).
 *
 * <p>Thread: immutable.
 *
 * @param timestampMs milliseconds since 1970-01-01T00:00Z
 * @param key null for an event without key
 * @param value null for a tombstone
 * @param headers in order; names may repeat, values may be null
 */
public record DemoEvent(
    long timestampMs, @Nullable Bytes key, @Nullable Bytes value, List<Header> headers) {

  /** Copies {@code headers}. */
  public DemoEvent {
    headers = List.copyOf(headers);
  }

  /** One header. */
  public record Header(String name, @Nullable Bytes value) {
    /** A header whose value is UTF-8 text. */
    public static Header text(String name, String value) {
      return new Header(name, Bytes.utf8(value));
    }
  }
}
