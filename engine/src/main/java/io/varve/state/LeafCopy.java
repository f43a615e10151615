package io.varve.state;

import io.varve.base.CorruptionException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The entries of a tree's leaf, copied out of its record. How they lie there is told by {@link
 * TreeLayout}. Thread: confined to its user.
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
    long counted = size < TreeLayout.HEADER_BYTES ? -1 : from.getInt(at + TreeLayout.COUNT_AT);
    int heap = size < TreeLayout.HEADER_BYTES ? -1 : from.getInt(at + TreeLayout.HEAP_AT);
    long slots = counted * TreeLayout.SLOT_BYTES;
    if (counted < 1 || heap < 0 || TreeLayout.HEADER_BYTES + slots + heap > size) {
      throw malformed(counted + " entries of " + heap + " bytes in " + size + " bytes");
    }
    count = (int) counted;
    end = (int) slots + heap;
    if (bytes.length < end) {
      bytes = new byte[Math.max(Tree.LEAF_BYTES_MAX, end)];
    }
    from.get(at + TreeLayout.HEADER_BYTES, bytes, 0, (int) slots);
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
    int length = TreeLayout.keyLength((int) INTS.get(bytes, entry));
    byte[] array = target.resize(Math.max(length, TreeLayout.PREFIX_BYTES));
    long prefix = (long) LONGS.get(bytes, i * TreeLayout.SLOT_BYTES) ^ Long.MIN_VALUE;
    BIG_ENDIAN.set(array, 0, prefix);
    if (length > TreeLayout.PREFIX_BYTES) {
      System.arraycopy(
          bytes,
          entry + TreeLayout.ENTRY_HEADER_BYTES,
          array,
          TreeLayout.PREFIX_BYTES,
          length - TreeLayout.PREFIX_BYTES);
    } else {
      target.wrap(array, 0, length);
    }
  }

  /** Whether an entry's value is in a record of its own. */
  boolean isOutOfLine(int i) {
    return ((int) INTS.get(bytes, entry(i)) & TreeLayout.OUT_OF_LINE) != 0;
  }

  /** The suffix of the record that has an entry's value. */
  int suffix(int i) {
    return (int) INTS.get(bytes, reference(i));
  }

  /** The bytes that the record takes which has an entry's value. */
  int recordBytes(int i) {
    return (int) INTS.get(bytes, reference(i) + TreeLayout.SUFFIX_BYTES);
  }

  private int reference(int i) {
    int entry = entry(i);
    int header = (int) INTS.get(bytes, entry);
    if (TreeLayout.valueLength(header) != TreeLayout.REFERENCE_BYTES) {
      throw malformed("a suffix of " + TreeLayout.valueLength(header) + " bytes");
    }
    return entry + TreeLayout.ENTRY_HEADER_BYTES + TreeLayout.restBytes(header);
  }

  /** Points the target at an entry's value, in here. */
  void value(int i, ByteSpan target) {
    int entry = entry(i);
    int header = (int) INTS.get(bytes, entry);
    target.wrap(
        bytes,
        entry + TreeLayout.ENTRY_HEADER_BYTES + TreeLayout.restBytes(header),
        TreeLayout.valueLength(header));
  }

  private int entry(int i) {
    int back = (int) INTS.get(bytes, i * TreeLayout.SLOT_BYTES + 8);
    int heap = end - count * TreeLayout.SLOT_BYTES;
    if (back < TreeLayout.ENTRY_HEADER_BYTES
        || back > heap
        || TreeLayout.entryBytes((int) INTS.get(bytes, end - back)) > back) {
      throw malformed("an entry " + back + " bytes before the end that goes beyond it");
    }
    return end - back;
  }

  private CorruptionException malformed(String found) {
    return new CorruptionException("of keyed state", 0, "a tree's leaf", found);
  }
}
