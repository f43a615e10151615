package io.varve.subscribe;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a log are acknowledged: those with offsets below {@code offset}, and those in
 * ranges above it. Nothing else is.
 *
 * <p>Thread: immutable.
 *
 * @param offset the cursor
 * @param ranges pairs of a first offset and one behind the last, rising, and not touching
 */
public record SavedCursor(long offset, long[] ranges) {

  /** Nothing but what is below an offset. */
  public static SavedCursor at(long offset) {
    return new SavedCursor(offset, new long[0]);
  }

  /** The same, and one more event. */
  public SavedCursor with(long acknowledged) {
    if (isAcknowledged(acknowledged)) {
      return this;
    }
    int at = 0;
    while (at < ranges.length && ranges[at + 1] < acknowledged) {
      at += 2;
    }
    long from = acknowledged;
    long to = acknowledged + 1;
    int behind = at;
    if (behind < ranges.length && ranges[behind + 1] == from) {
      from = ranges[behind];
      behind += 2;
    }
    if (behind < ranges.length && ranges[behind] == to) {
      to = ranges[behind + 1];
      behind += 2;
    }
    if (from == offset) {
      return new SavedCursor(to, Arrays.copyOfRange(ranges, behind, ranges.length));
    }
    long[] more = new long[at + 2 + ranges.length - behind];
    System.arraycopy(ranges, 0, more, 0, at);
    more[at] = from;
    more[at + 1] = to;
    System.arraycopy(ranges, behind, more, at + 2, ranges.length - behind);
    return new SavedCursor(offset, more);
  }

  /** Whether an event is acknowledged. */
  public boolean isAcknowledged(long eventOffset) {
    return eventOffset < offset || behindAcknowledged(eventOffset) != eventOffset;
  }

  /** The first offset from {@code from} on, which is not below the cursor, in no range. */
  long behindAcknowledged(long from) {
    int low = 0;
    int high = ranges.length / 2 - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (from < ranges[2 * middle]) {
        high = middle - 1;
      } else if (from >= ranges[2 * middle + 1]) {
        low = middle + 1;
      } else {
        return ranges[2 * middle + 1];
      }
    }
    return from;
  }

  /** How many offsets below {@code end} are not acknowledged. */
  public long unacknowledgedBelow(long end) {
    long count = Math.max(0, end - offset);
    for (int i = 0; i < ranges.length; i += 2) {
      count -= Math.max(0, Math.min(end, ranges[i + 1]) - Math.min(end, ranges[i]));
    }
    return count;
  }

  byte[] encode() {
    ByteBuffer to = ByteBuffer.allocate((2 + ranges.length) * Varints.BYTES_MAX);
    Varints.put(to, offset);
    Varints.put(to, ranges.length / 2);
    long before = offset;
    for (long bound : ranges) {
      Varints.put(to, bound - before);
      before = bound;
    }
    return Arrays.copyOf(to.array(), to.position());
  }

  static SavedCursor decode(byte[] value) {
    ByteBuffer from = ByteBuffer.wrap(value);
    long offset = Varints.get(from);
    long count = Varints.get(from);
    if (count > from.remaining() / 2) {
      throw new IllegalArgumentException(count + " ranges in " + from.remaining() + " bytes");
    }
    long[] ranges = new long[(int) (2 * count)];
    long before = offset;
    for (int i = 0; i < ranges.length; i++) {
      long step = Varints.get(from);
      if (step == 0 || before + step < 0) {
        throw new IllegalArgumentException("ranges that do not rise");
      }
      before += step;
      ranges[i] = before;
    }
    if (from.hasRemaining()) {
      throw new IllegalArgumentException(from.remaining() + " bytes more");
    }
    return new SavedCursor(offset, ranges);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof SavedCursor other
        && offset == other.offset
        && Arrays.equals(ranges, other.ranges);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(offset) + 31 * Arrays.hashCode(ranges);
  }

  @Override
  public String toString() {
    return "SavedCursor[" + offset + ", " + Arrays.toString(ranges) + "]";
  }
}
