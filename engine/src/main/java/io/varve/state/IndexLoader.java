package io.varve.state;

import java.util.Arrays;

/**
 * Puts very many records into an index. They are gathered and put in block by block: one after
 * another as they come, each would wait for another place in memory.
 *
 * <p>Thread: confined to its user.
 */
final class IndexLoader {

  private static final int RECORDS_MIN = 1 << 6;
  private static final int RECORDS_MAX = 1 << 20;

  /** Records are put in order by so many of the highest bits of their hashes. */
  private static final int ORDER_BITS = 11;

  private static final int ORDER_SHIFT = Address.BITS + RecordLayout.HASH_BITS - ORDER_BITS;

  private final KeyIndex index;

  /** What their slots are to hold. */
  private long[] slots = new long[RECORDS_MIN];

  private long[] ordered = new long[0];
  private int count;

  IndexLoader(KeyIndex index) {
    this.index = index;
  }

  void add(int hash, long address) {
    if (count == slots.length) {
      if (count == RECORDS_MAX) {
        flush();
      } else {
        slots = Arrays.copyOf(slots, 4 * count);
      }
    }
    slots[count++] = KeyIndex.content(hash, address);
  }

  /** Puts in what has been gathered. */
  void flush() {
    if (count <= 1 << ORDER_BITS) {
      for (int i = 0; i < count; i++) {
        index.insert(slots[i]);
      }
      count = 0;
      return;
    }
    int[] begins = new int[(1 << ORDER_BITS) + 1];
    for (int i = 0; i < count; i++) {
      begins[(int) (slots[i] >>> ORDER_SHIFT) + 1]++;
    }
    for (int i = 1; i < begins.length; i++) {
      begins[i] += begins[i - 1];
    }
    if (ordered.length < count) {
      ordered = new long[slots.length];
    }
    for (int i = 0; i < count; i++) {
      ordered[begins[(int) (slots[i] >>> ORDER_SHIFT)]++] = slots[i];
    }
    for (int i = 0; i < count; i++) {
      index.insert(ordered[i]);
    }
    count = 0;
  }
}
