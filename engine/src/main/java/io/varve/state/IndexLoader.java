package io.varve.state;

import java.util.Arrays;

/**
 * Puts very many records into an index. They are gathered and put in by the blocks that they belong
 * to: one after another as they come, each would wait for another place in memory.
 *
 * <p>Thread: confined to its user.
 */
final class IndexLoader {

  private static final int RECORDS_MIN = 1 << 10;
  private static final int RECORDS_MAX = 1 << 18;

  /** Records are put in order by so many of the highest bits of their hashes. */
  private static final int ORDER_BITS = 11;

  private static final int ORDER_SHIFT = RecordLayout.HASH_BITS - ORDER_BITS;

  private final KeyIndex index;
  private long[] addresses = new long[RECORDS_MIN];
  private int[] hashes = new int[RECORDS_MIN];
  private int count;

  IndexLoader(KeyIndex index) {
    this.index = index;
  }

  void add(int hash, long address) {
    if (count == hashes.length) {
      makeRoom();
    }
    hashes[count] = hash;
    addresses[count++] = address;
  }

  private void makeRoom() {
    if (count == RECORDS_MAX) {
      flush();
    } else {
      hashes = Arrays.copyOf(hashes, 4 * count);
      addresses = Arrays.copyOf(addresses, 4 * count);
    }
  }

  /** Puts in what has been gathered. */
  void flush() {
    int[] ends = new int[(1 << ORDER_BITS) + 1];
    for (int i = 0; i < count; i++) {
      ends[(hashes[i] >>> ORDER_SHIFT) + 1]++;
    }
    for (int i = 1; i < ends.length; i++) {
      ends[i] += ends[i - 1];
    }
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[ends[hashes[i] >>> ORDER_SHIFT]++] = i;
    }
    for (int i = 0; i < count; i++) {
      index.insert(hashes[order[i]], addresses[order[i]]);
    }
    count = 0;
  }
}
