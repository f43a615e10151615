package io.varve.state;

import java.nio.ByteBuffer;

/**
 * Finds a number among the slots of a tree's node, which are in ascending order of the number that
 * each begins with.
 *
 * <p>In a tree larger than the processor's caches a search is as long as its reads from memory. So
 * it does not go from slot to slot and wait for each: first all are asked for, which takes about as
 * long as one. Then there is nothing to wait for, and it costs less to look at as many slots
 * whatever they hold than to guess each time which half is next, wrongly every second time (Khuong
 * and Morin, "Array layouts for comparison-based searching", 2017).
 *
 * <p>Thread: confined to its user.
 */
final class SlotSearch {

  private static final int CACHE_LINE_BYTES = 64;

  /** Written, so that what was asked for must have been read. */
  @SuppressWarnings("unused")
  private int asked;

  /**
   * The first slot from {@code low} until {@code end} whose number is not below {@code number};
   * {@code end} if there is none.
   *
   * @param slots where in the buffer the slots begin
   */
  int firstNotBelow(ByteBuffer in, int slots, int low, int end, long number) {
    askFor(in, slots, slots + end * TreeLayout.SLOT_BYTES);
    int first = low;
    for (int count = end - low; count > 1; ) {
      int half = count >>> 1;
      int middle = first + half;
      first = in.getLong(slots + middle * TreeLayout.SLOT_BYTES) < number ? middle : first;
      count -= half;
    }
    return first < end && in.getLong(slots + first * TreeLayout.SLOT_BYTES) < number
        ? first + 1
        : first;
  }

  private void askFor(ByteBuffer in, int from, int until) {
    int any = 0;
    for (int at = from + CACHE_LINE_BYTES; at < until; at += CACHE_LINE_BYTES) {
      any ^= in.get(at);
    }
    asked = any;
  }
}
