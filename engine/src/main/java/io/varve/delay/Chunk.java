package io.varve.delay;

import org.jspecify.annotations.Nullable;

/**
 * A link of a chain of timers: some of them, side by side in one array, and the link that follows.
 * Only the last link of a chain has room. Thread: confined to its wheel's.
 */
final class Chunk {

  /** How many longs there are: 64 timers with two each. */
  static final int LONGS = 128;

  /** What one takes of the heap: the array, both headers, and the fields. */
  static final int BYTES = LONGS * Long.BYTES + 16 + 24;

  /** A timer's due time, then its offset, then the next timer's. */
  final long[] timers = new long[LONGS];

  /** Where in the array the next timer goes. */
  int end;

  @Nullable Chunk next;

  boolean isFull() {
    return end == LONGS;
  }

  void add(long dueMs, long offset) {
    int at = end;
    timers[at] = dueMs;
    timers[at + 1] = offset;
    end = at + 2;
  }
}
