package io.varve.delay;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts the timers of one slot in order, within their chunks.
 *
 * <p>Timers of a slot are due within the same tick, so they are counted out by their due time and
 * keep their order where it is the same. Mostly they were added with rising offsets and are in
 * order then; where they aren't, the offsets alone are sorted. A slot of ticks of a millisecond is
 * therefore often only looked through. Thread: confined to its wheel's.
 */
final class SlotOrder {

  /** A slot with more has an array of its own each time it is sorted. */
  private static final int KEPT_MAX = 4096;

  /** By milliseconds from the slot's start: first how many, then where they end. */
  private final int[] ends;

  private long[] kept = new long[0];

  SlotOrder(int tickMs) {
    this.ends = new int[tickMs];
  }

  /**
   * Puts a chain in order.
   *
   * @param startMs when the slot's tick begins; no timer is due before, or after the tick's end
   */
  void sort(Chunk first, long startMs) {
    if (isInOrder(first)) {
      return;
    }
    int count = count(first, startMs);
    long[] offsets = offsets(count);
    deal(first, startMs, offsets);
    int from = 0;
    for (int to : ends) {
      if (to - from > 1) {
        Arrays.sort(offsets, from, to);
      }
      from = to;
    }
    putBack(first, startMs, offsets);
  }

  private static boolean isInOrder(Chunk first) {
    long dueMs = Long.MIN_VALUE;
    long offset = Long.MIN_VALUE;
    for (Chunk chunk = first; chunk != null; chunk = chunk.next) {
      long[] timers = chunk.timers;
      for (int i = 0, end = chunk.end; i < end; i += 2) {
        if (DueHeap.isBefore(timers[i], timers[i + 1], dueMs, offset)) {
          return false;
        }
        dueMs = timers[i];
        offset = timers[i + 1];
      }
    }
    return true;
  }

  /** Leaves in {@link #ends} where the timers of each millisecond begin; returns their number. */
  private int count(Chunk first, long startMs) {
    Arrays.fill(ends, 0);
    for (Chunk chunk = first; chunk != null; chunk = chunk.next) {
      for (int i = 0; i < chunk.end; i += 2) {
        ends[(int) (chunk.timers[i] - startMs)]++;
      }
    }
    int sum = 0;
    for (int i = 0; i < ends.length; i++) {
      int begin = sum;
      sum = Math.addExact(sum, ends[i]);
      ends[i] = begin;
    }
    return sum;
  }

  /** Puts each offset among those of its millisecond, and the ends in {@link #ends}. */
  private void deal(Chunk first, long startMs, long[] offsets) {
    for (Chunk chunk = first; chunk != null; chunk = chunk.next) {
      for (int i = 0; i < chunk.end; i += 2) {
        offsets[ends[(int) (chunk.timers[i] - startMs)]++] = chunk.timers[i + 1];
      }
    }
  }

  private void putBack(Chunk first, long startMs, long[] offsets) {
    int at = 0;
    int millis = 0;
    for (@Nullable Chunk chunk = first; chunk != null; chunk = chunk.next) {
      for (int i = 0; i < chunk.end; i += 2) {
        while (ends[millis] == at) {
          millis++;
        }
        chunk.timers[i] = startMs + millis;
        chunk.timers[i + 1] = offsets[at++];
      }
    }
  }

  private long[] offsets(int count) {
    if (count > KEPT_MAX) {
      return new long[count];
    }
    if (count > kept.length) {
      kept = new long[Math.max(count, Math.min(KEPT_MAX, 2 * kept.length))];
    }
    return kept;
  }

  long bytes() {
    return (long) kept.length * Long.BYTES + (long) ends.length * Integer.BYTES;
  }
}
