package io.varve;

import io.varve.format.BatchCursor;
import io.varve.format.PackedEvent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Events that are due so soon after they came that they are kept in memory until then, by the
 * second in which they are due. Where there is no room for all, the last ones go.
 *
 * <p>Thread: confined to one.
 */
final class RecentEvents {

  private static final int SECONDS = 64;
  private static final long SECOND_MS = 1000;

  private final long bytesMax;
  private final @Nullable Second[] seconds = new Second[SECONDS];
  private long bytes;
  private int count;

  RecentEvents(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Events that are due in the same second; their offsets rise. */
  private static final class Second {

    private final long number;
    private final PackedEvents events = new PackedEvents();
    private long[] offsets = new long[16];
    private long[] places = new long[16];
    private int count;

    private Second(long number) {
      this.number = number;
    }

    private void add(BatchCursor event) {
      if (count == offsets.length) {
        offsets = Arrays.copyOf(offsets, 2 * count);
        places = Arrays.copyOf(places, 2 * count);
      }
      offsets[count] = event.offset();
      places[count] = events.add(event);
      count++;
    }

    private int find(long offset) {
      return Arrays.binarySearch(offsets, 0, count, offset);
    }

    private long bytes() {
      return 2L * Long.BYTES * offsets.length + events.bytes();
    }
  }

  /**
   * Keeps an event whose offset is higher than all before, if it can.
   *
   * @return all events that came so far and are due earlier are still kept if they have been
   *     before; {@link Long#MAX_VALUE} if all are
   */
  long add(BatchCursor event, long dueMs) {
    long number = Math.floorDiv(dueMs, SECOND_MS);
    Second second = seconds[slot(number)];
    if (second == null) {
      second = new Second(number);
      seconds[slot(number)] = second;
      bytes += second.bytes();
    } else if (second.number != number) {
      return dueMs;
    }
    long before = second.bytes();
    second.add(event);
    count++;
    bytes += second.bytes() - before;
    return bytes > bytesMax ? forgetLast() : Long.MAX_VALUE;
  }

  private static int slot(long number) {
    return (int) (number & (SECONDS - 1));
  }

  /** Whether the event of a timer is kept. */
  boolean has(long dueMs, long offset) {
    Second second = second(dueMs);
    return second != null && second.find(offset) >= 0;
  }

  /** Has {@code event} stand on the event of a timer; false if it is not kept. */
  boolean get(long dueMs, long offset, PackedEvent event) {
    Second second = second(dueMs);
    int at = second == null ? -1 : second.find(offset);
    if (second == null || at < 0) {
      return false;
    }
    second.events.get(second.places[at], event);
    return true;
  }

  private @Nullable Second second(long dueMs) {
    long number = Math.floorDiv(dueMs, SECOND_MS);
    Second second = seconds[slot(number)];
    return second != null && second.number == number ? second : null;
  }

  /** Forgets what is due last; returns since when that is. */
  private long forgetLast() {
    Second last = null;
    for (Second second : seconds) {
      if (second != null && (last == null || second.number > last.number)) {
        last = second;
      }
    }
    if (last == null) {
      return Long.MAX_VALUE;
    }
    forget(last);
    return last.number * SECOND_MS;
  }

  /** Forgets the events of seconds that were over before a time. */
  void forgetBefore(long ms) {
    for (Second second : seconds) {
      if (second != null && second.number < Math.floorDiv(ms, SECOND_MS)) {
        forget(second);
      }
    }
  }

  private void forget(Second second) {
    seconds[slot(second.number)] = null;
    bytes -= second.bytes();
    count -= second.count;
  }

  int count() {
    return count;
  }

  /** Bytes of memory that it takes. */
  long bytes() {
    return bytes;
  }
}
