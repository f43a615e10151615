package io.varve.delay;

import java.util.Arrays;

/**
 * Timers of which the least by due time, then offset, is at hand: a binary heap of pairs of longs.
 * Adding and removing take time in the logarithm of how many there are. Thread: confined to its
 * wheel's.
 */
final class DueHeap {

  private static final int LONGS_MIN = 128;

  /** A due time, then its offset; the children of the pair at i are at 2i + 2 and 2i + 4. */
  private long[] timers = new long[LONGS_MIN];

  private int end;

  boolean isEmpty() {
    return end == 0;
  }

  /** The least due time. There must be one. */
  long dueMs() {
    return timers[0];
  }

  /** The offset that belongs to {@link #dueMs()}. */
  long offset() {
    return timers[1];
  }

  void add(long dueMs, long offset) {
    if (end == timers.length) {
      timers = Arrays.copyOf(timers, Math.multiplyExact(timers.length, 2));
    }
    int at = end;
    end += 2;
    while (at > 0) {
      int parent = ((at - 2) >> 2) << 1;
      if (!isBefore(dueMs, offset, timers[parent], timers[parent + 1])) {
        break;
      }
      timers[at] = timers[parent];
      timers[at + 1] = timers[parent + 1];
      at = parent;
    }
    timers[at] = dueMs;
    timers[at + 1] = offset;
  }

  /** Takes the least one away. There must be one. */
  void removeFirst() {
    end -= 2;
    long dueMs = timers[end];
    long offset = timers[end + 1];
    int at = 0;
    while (true) {
      int child = 2 * at + 2;
      if (child >= end) {
        break;
      }
      int right = child + 2;
      if (right < end
          && isBefore(timers[right], timers[right + 1], timers[child], timers[child + 1])) {
        child = right;
      }
      if (!isBefore(timers[child], timers[child + 1], dueMs, offset)) {
        break;
      }
      timers[at] = timers[child];
      timers[at + 1] = timers[child + 1];
      at = child;
    }
    timers[at] = dueMs;
    timers[at + 1] = offset;
    if (timers.length > LONGS_MIN && end <= timers.length / 4) {
      timers = Arrays.copyOf(timers, timers.length / 2);
    }
  }

  void forEach(TimingWheel.TimerConsumer consumer) {
    for (int i = 0; i < end; i += 2) {
      consumer.accept(timers[i], timers[i + 1]);
    }
  }

  long bytes() {
    return (long) timers.length * Long.BYTES;
  }

  static boolean isBefore(long dueMs, long offset, long otherDueMs, long otherOffset) {
    return dueMs < otherDueMs || (dueMs == otherDueMs && offset < otherOffset);
  }
}
