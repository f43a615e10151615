package io.varve.state;

import io.varve.base.CorruptionException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The entries of a tree's leaf, copied out of its record. How they lie there is told by {@link
 * TreeNode}. Thread: confined to its user.
 */
final class LeafCopy {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** A larger array is not kept. */
  private static final int KEPT_BYTES_MAX = 1 << 16;

  private static final byte[] NONE = {};

  /** Slots, and behind them the entries up to {@link #end}. */
  private byte[] bytes = NONE;

  private int count;
  private int end;

  /** Copies a node's value, which is at least a header. */
  void copy(ByteBuffer from, int at, int size) {
    long counted = size < TreeNode.HEADER_BYTES ? -1 : from.getInt(at + 4);
    int heap = size < TreeNode.HEADER_BYTES ? -1 : from.getInt(at + 8);
    long slots = counted * TreeNode.SLOT_BYTES;
    if (counted < 1 || heap < 0 || TreeNode.HEADER_BYTES + slots + heap > size) {
      throw malformed(counted + " entries of " + heap + " bytes in " + size + " bytes");
    }
    count = (int) counted;
    end = (int) slots + heap;
    if (bytes.length < end) {
      bytes = new byte[Math.max(Tree.LEAF_BYTES_MAX, end)];
    }
    from.get(at + TreeNode.HEADER_BYTES, bytes, 0, (int) slots);
    from.get(at + size - heap, bytes, (int) slots, heap);
  }

  /** Leaves no entries. */
  void clear() {
    count = 0;
    if (bytes.length > KEPT_BYTES_MAX) {
      bytes = NONE;
    }
  }

  int count() {
    return count;
  }

  /** Copies an entry's key. */
  void key(int i, ByteSpan target) {
    int entry = entry(i);
    int length = (int) INTS.get(bytes, entry) >>> 9;
    byte[] array = target.resize(Math.max(length, TreeNode.PREFIX_BYTES));
    long prefix = (long) LONGS.get(bytes, i * TreeNode.SLOT_BYTES) ^ Long.MIN_VALUE;
    BIG_ENDIAN.set(array, 0, prefix);
    if (length > TreeNode.PREFIX_BYTES) {
      System.arraycopy(
          bytes,
          entry + TreeNode.ENTRY_HEADER_BYTES,
          array,
          TreeNode.PREFIX_BYTES,
          length - TreeNode.PREFIX_BYTES);
    } else {
      target.wrap(array, 0, length);
    }
  }

  /** Whether an entry's value is in a record of its own. */
  boolean isOutOfLine(int i) {
    return ((int) INTS.get(bytes, entry(i)) & TreeNode.OUT_OF_LINE) != 0;
  }

  /** The suffix of the record that has an entry's value. */
  int suffix(int i) {
    int entry = entry(i);
    int header = (int) INTS.get(bytes, entry);
    if ((header & TreeNode.VALUE_BYTES_MAX) != TreeNode.SUFFIX_BYTES) {
      throw malformed("a suffix of " + (header & TreeNode.VALUE_BYTES_MAX) + " bytes");
    }
    return (int) INTS.get(bytes, entry + TreeNode.ENTRY_HEADER_BYTES + TreeNode.restBytes(header));
  }

  /** Points the target at an entry's value, in here. */
  void value(int i, ByteSpan target) {
    int entry = entry(i);
    int header = (int) INTS.get(bytes, entry);
    target.wrap(
        bytes,
        entry + TreeNode.ENTRY_HEADER_BYTES + TreeNode.restBytes(header),
        header & TreeNode.VALUE_BYTES_MAX);
  }

  private int entry(int i) {
    int back = (int) INTS.get(bytes, i * TreeNode.SLOT_BYTES + 8);
    int heap = end - count * TreeNode.SLOT_BYTES;
    if (back < TreeNode.ENTRY_HEADER_BYTES
        || back > heap
        || TreeNode.entryBytes((int) INTS.get(bytes, end - back)) > back) {
      throw malformed("an entry " + back + " bytes before the end that goes beyond it");
    }
    return end - back;
  }

  private CorruptionException malformed(String found) {
    return new CorruptionException("of keyed state", 0, "a tree's leaf", found);
  }
}
