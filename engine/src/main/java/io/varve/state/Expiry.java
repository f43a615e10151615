package io.varve.state;

import io.varve.base.Clock;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When values of a table have had their time: so long after the timestamp that each of them holds.
 * What has expired goes when the files that hold it are cleaned; until then it is returned like
 * anything else.
 *
 * <p>Thread: immutable.
 *
 * @param timestampAt where in a value its timestamp stands: 8 bytes, big-endian, milliseconds. A
 *     value that ends before has none, and never expires
 * @param ttlMs how long a value lives, at least 1; {@link #NEVER}: for ever
 * @param clock tells the time by its milliseconds; asked by the store's owner only
 * @param elements makes what tells a list's elements apart, each of which is a value; null if the
 *     values are not those of lists. Called by any thread
 */
public record Expiry(
    int timestampAt, long ttlMs, Clock clock, @Nullable Supplier<ListElements> elements) {

  /** With this a table's timestamps are only kept account of. */
  public static final long NEVER = Long.MAX_VALUE;

  /** What stands for the timestamp of a value that has none; it is later than any. */
  static final long NO_TIMESTAMP = Long.MAX_VALUE;

  static final int TIMESTAMP_AT_MAX = 1 << 10;

  /** Of values that are not those of lists. */
  public Expiry(int timestampAt, long ttlMs, Clock clock) {
    this(timestampAt, ttlMs, clock, null);
  }

  public Expiry {
    if (timestampAt < 0 || timestampAt > TIMESTAMP_AT_MAX || ttlMs < 1) {
      throw new IllegalArgumentException(
          "a timestamp at byte " + timestampAt + " and " + ttlMs + " ms to live");
    }
  }

  /** The timestamp in a value; {@link #NO_TIMESTAMP} if it has none. */
  long timestamp(ByteBuffer littleEndian, int valueAt, int valueLength) {
    int at = valueAt + timestampAt;
    // Of a record that is larger than a page, the buffer may have the beginning only.
    boolean has =
        valueLength >= timestampAt + Long.BYTES && at + Long.BYTES <= littleEndian.limit();
    return has ? Long.reverseBytes(littleEndian.getLong(at)) : NO_TIMESTAMP;
  }

  /** Whether a value with that timestamp has expired; if so, all have that are older. */
  boolean isExpired(long timestamp, long nowMs) {
    if (ttlMs == NEVER || timestamp == NO_TIMESTAMP) {
      return false;
    }
    long end = timestamp > Long.MAX_VALUE - ttlMs ? Long.MAX_VALUE : timestamp + ttlMs;
    return end <= nowMs;
  }
}
