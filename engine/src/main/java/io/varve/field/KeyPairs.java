package io.varve.field;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Which keys are in which blocks: pairs, each once, and put in order at the end.
 *
 * <p>Thread: confined to one.
 */
final class KeyPairs {

  /*
   * Keys stand one behind another in one array, each with its length in front. They are sorted eight
   * bytes at a time, the first ones first: those as numbers, by their bytes from the lowest on
   * (a radix sort, which keeps the order of blocks), then each group of equal ones by the next eight.
   * No key begins with another one but an equal one, so zeros may fill up what is short.
   */

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Fewer keys are put in order one by one. */
  private static final int FEW = 32;

  private byte[] keys = new byte[64 << 10];
  private int keysEnd;
  private int[] at = new int[1024];
  private int[] blocks = new int[1024];
  private int count;

  /** Pairs of the block at hand, by a hash of their key: their number, plus 1. */
  private int[] table = new int[1024];

  private int firstOfBlock;
  private int block = -1;

  private int[] order = new int[0];
  private int[] otherOrder = new int[0];
  private long[] heads = new long[0];
  private long[] otherHeads = new long[0];

  int count() {
    return count;
  }

  /** Bytes of memory that it needs, sorting included. */
  long bytes() {
    return keysEnd + 32L * count;
  }

  void clear() {
    keysEnd = 0;
    count = 0;
    firstOfBlock = 0;
    block = -1;
    Arrays.fill(table, 0);
  }

  /** Adds a pair, unless it is there; blocks come in their order. */
  void add(FieldKey key, int inBlock) {
    if (inBlock != block) {
      block = inBlock;
      firstOfBlock = count;
    }
    byte[] bytes = key.bytes();
    int length = key.length();
    int slot = slot(bytes, 0, length);
    while (true) {
      int known = table[slot] - 1;
      if (known < firstOfBlock || known >= count) {
        break;
      }
      int where = at[known];
      if ((keys[where] & 0xff) == length
          && Arrays.equals(keys, where + 1, where + 1 + length, bytes, 0, length)) {
        return;
      }
      slot = slot + 1 & table.length - 1;
    }
    put(bytes, length);
    table[slot] = count;
    if (count - firstOfBlock > table.length / 2) {
      grow();
    }
  }

  private void put(byte[] bytes, int length) {
    if (keysEnd + length + 16 > keys.length) {
      keys = Arrays.copyOf(keys, Math.max(2 * keys.length, keysEnd + length + 16));
    }
    if (count == at.length) {
      at = Arrays.copyOf(at, 2 * count);
      blocks = Arrays.copyOf(blocks, 2 * count);
    }
    at[count] = keysEnd;
    blocks[count] = block;
    count++;
    keys[keysEnd] = (byte) length;
    System.arraycopy(bytes, 0, keys, keysEnd + 1, length);
    keysEnd += 1 + length;
  }

  private int slot(byte[] bytes, int from, int length) {
    long hash = length;
    int end = from + length;
    int i = from;
    for (; i + 8 <= end; i += 8) {
      hash = (hash ^ (long) LONGS.get(bytes, i)) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 32;
    }
    for (; i < end; i++) {
      hash = (hash ^ bytes[i]) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 29;
    }
    return (int) (hash ^ hash >>> 17) & table.length - 1;
  }

  private void grow() {
    table = new int[4 * table.length];
    for (int i = firstOfBlock; i < count; i++) {
      int slot = slot(keys, at[i] + 1, keys[at[i]] & 0xff);
      while (table[slot] != 0) {
        slot = slot + 1 & table.length - 1;
      }
      table[slot] = i + 1;
    }
  }

  /** Who gets the keys in their order, each with its blocks, rising. */
  interface Sink {
    void key(byte[] bytes, int at, int length, int[] blocks, int blockCount)
        throws java.io.IOException;
  }

  /** Hands out all keys in their order. */
  void forEach(Sink sink) throws java.io.IOException {
    if (order.length < count) {
      order = new int[count];
      otherOrder = new int[count];
      heads = new long[count];
      otherHeads = new long[count];
    }
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    sort(0, count, 0);
    int[] found = new int[16];
    for (int from = 0; from < count; ) {
      int to = from + 1;
      while (to < count && compare(order[from], order[to], 0) == 0) {
        to++;
      }
      if (found.length < to - from) {
        found = new int[Math.max(2 * found.length, to - from)];
      }
      for (int i = from; i < to; i++) {
        found[i - from] = blocks[order[i]];
      }
      int where = at[order[from]];
      sink.key(keys, where + 1, keys[where] & 0xff, found, to - from);
      from = to;
    }
  }

  private void sort(int from, int to, int depth) {
    if (to - from <= FEW) {
      insertionSort(from, to, depth);
      return;
    }
    boolean longer = false;
    for (int i = from; i < to; i++) {
      int where = at[order[i]];
      int length = (keys[where] & 0xff) - depth;
      heads[i] = head(where + 1 + depth, length);
      longer |= length > 8;
    }
    radixSort(from, to);
    if (!longer) {
      return;
    }
    for (int start = from; start < to; ) {
      int end = start + 1;
      while (end < to && heads[end] == heads[start]) {
        end++;
      }
      if (end - start > 1 && (keys[at[order[start]]] & 0xff) > depth + 8) {
        sort(start, end, depth + 8);
      }
      start = end;
    }
  }

  private long head(int from, int length) {
    if (length <= 0) {
      return 0;
    }
    // There is room behind the last key for a whole number.
    long head = (long) LONGS.get(keys, from);
    return length >= 8 ? head : head & (-1L << (64 - 8 * length));
  }

  private void radixSort(int from, int to) {
    long differing = 0;
    for (int i = from + 1; i < to; i++) {
      differing |= heads[i] ^ heads[from];
    }
    int[] starts = new int[257];
    for (int shift = 0; shift < 64; shift += 8) {
      if ((differing >>> shift & 0xff) == 0) {
        continue;
      }
      Arrays.fill(starts, 0);
      for (int i = from; i < to; i++) {
        starts[(int) (heads[i] >>> shift & 0xff) + 1]++;
      }
      starts[0] = from;
      for (int i = 1; i <= 256; i++) {
        starts[i] += starts[i - 1];
      }
      for (int i = from; i < to; i++) {
        int target = starts[(int) (heads[i] >>> shift & 0xff)]++;
        otherHeads[target] = heads[i];
        otherOrder[target] = order[i];
      }
      System.arraycopy(otherHeads, from, heads, from, to - from);
      System.arraycopy(otherOrder, from, order, from, to - from);
    }
  }

  private void insertionSort(int from, int to, int depth) {
    for (int i = from + 1; i < to; i++) {
      int moved = order[i];
      int target = i;
      while (target > from && compare(order[target - 1], moved, depth) > 0) {
        order[target] = order[target - 1];
        target--;
      }
      order[target] = moved;
    }
  }

  private int compare(int one, int other, int depth) {
    int oneAt = at[one];
    int otherAt = at[other];
    return Arrays.compareUnsigned(
        keys,
        oneAt + 1 + depth,
        oneAt + 1 + (keys[oneAt] & 0xff),
        keys,
        otherAt + 1 + depth,
        otherAt + 1 + (keys[otherAt] & 0xff));
  }
}
