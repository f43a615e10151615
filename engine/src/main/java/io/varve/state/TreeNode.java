package io.varve.state;

import io.varve.base.CorruptionException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A view of a tree's node, which is one record, and what can be done to a single node. Its value,
 * little-endian:
 *
 * <pre>
 *  0  u8   {@link RecordKind#LEAF} or {@link RecordKind#INNER}
 *  1  u8   in the root: 1 if ids have been given out up to the last and begin anew
 *  2       2 bytes of nothing
 *  4  u32  number of entries
 *  8  u32  bytes of entries, at the end of the value
 * 12  u32  how many of those belong to no entry any more
 * 16  u32  in the root: the suffix to give to the tree's next record
 * 20       a slot of 12 bytes for each entry, in the keys' order:
 *            u64  the key's first 8 bytes, as a number of the same order (see {@link #prefix})
 *            u32  where the entry is, counted backwards from the value's end
 *          room
 *          entries, the latest first:
 *            u32  bits 9..31: bytes of the key; bit 8: kept out of line; bits 0..7: bytes of value
 *            the key from its 9th byte on
 *            the value: of a leaf, what is kept, or the suffix (u32) of the record that has it;
 *            of an inner node the child's suffix (u32)
 * </pre>
 *
 * <p>Most comparisons thus need a slot only, and a node can be enlarged by moving two blocks, since
 * nothing in it counts from its begin. An inner node's first key is never looked at: its first
 * child has all that is less than the second key.
 *
 * <p>Nothing read from a node leads out of its record: counts are checked when the view is pointed
 * at it, places when they are used.
 *
 * <p>Thread: the store's owner.
 */
final class TreeNode {

  static final int HEADER_BYTES = 20;
  static final int SLOT_BYTES = 12;
  static final int ENTRY_HEADER_BYTES = 4;
  static final int PREFIX_BYTES = 8;

  /** The longest key that an entry can tell the length of. */
  static final int KEY_BYTES_MAX = (1 << 23) - 1;

  /** The longest value that an entry can tell the length of. */
  static final int VALUE_BYTES_MAX = 255;

  /** Bytes of a suffix where a value would be. */
  static final int SUFFIX_BYTES = 4;

  /** Set in the header of an entry whose value is in a record of its own. */
  static final int OUT_OF_LINE = 1 << 8;

  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final VarHandle LITTLE_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private RecordView view = new RecordView();
  private RecordView spare = new RecordView();
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int at;
  private int size;

  /** Where entries wait while they are moved together. */
  private byte[] moving = {};

  // ---- keys

  /** The first 8 bytes of a key, 0 where it has none, so that comparing longs compares keys. */
  static long prefix(ByteSpan key) {
    byte[] array = key.array();
    int offset = key.offset();
    int length = key.length();
    long prefix = 0;
    if (length >= PREFIX_BYTES) {
      prefix = (long) BIG_ENDIAN.get(array, offset);
    } else if (length > 0 && offset + PREFIX_BYTES <= array.length) {
      prefix = (long) BIG_ENDIAN.get(array, offset) & (-1L << (Long.SIZE - 8 * length));
    } else {
      for (int i = 0; i < length; i++) {
        prefix |= (array[offset + i] & 0xffL) << (56 - 8 * i);
      }
    }
    return prefix ^ Long.MIN_VALUE;
  }

  /** Bytes that an entry and its slot take. */
  static int bytes(int keyLength, int valueLength) {
    return SLOT_BYTES + ENTRY_HEADER_BYTES + Math.max(0, keyLength - PREFIX_BYTES) + valueLength;
  }

  // ---- the node as a whole

  /** Points the view at the selected key's node of that suffix; false if there is none. */
  boolean find(RecordStore records, int suffix) {
    return find(records, suffix, 1);
  }

  /** The same for a node that may have been made just now, and be empty. */
  boolean findNew(RecordStore records, int suffix) {
    return find(records, suffix, 0);
  }

  private boolean find(RecordStore records, int suffix, int countMin) {
    if (!records.find(suffix, view)) {
      return false;
    }
    load();
    int kind = size < HEADER_BYTES ? 0 : buffer.get(at);
    if (kind != RecordKind.LEAF && kind != RecordKind.INNER) {
      throw malformed("a record of kind " + kind + " and " + size + " bytes");
    }
    long count = count();
    int heap = heapBytes();
    int garbage = garbageBytes();
    if (count < countMin
        || garbage < 0
        || garbage > heap
        || HEADER_BYTES + count * SLOT_BYTES + heap > size) {
      throw malformed(count + " entries of " + heap + " bytes in " + size + " bytes");
    }
    return true;
  }

  /** Makes a new, empty node with that suffix and points the view at it. */
  void create(RecordStore records, int suffix, byte kind, int bytes) {
    records.put(suffix, bytes, bytes, view);
    load();
    buffer.putInt(at, kind);
    buffer.putInt(at + 16, 1);
    empty();
  }

  private void load() {
    buffer = view.buffer();
    at = view.valueAt();
    size = view.valueLength();
  }

  boolean mutable() {
    return view.mutable();
  }

  byte kind() {
    return buffer.get(at);
  }

  boolean isInner() {
    return buffer.get(at) == RecordKind.INNER;
  }

  void become(byte kind) {
    buffer.put(at, kind);
    empty();
  }

  private void empty() {
    buffer.putInt(at + 4, 0);
    buffer.putInt(at + 8, 0);
    buffer.putInt(at + 12, 0);
  }

  /** Entries in the node. */
  int count() {
    return buffer.getInt(at + 4);
  }

  private int heapBytes() {
    return buffer.getInt(at + 8);
  }

  private int garbageBytes() {
    return buffer.getInt(at + 12);
  }

  /** Bytes of the node. */
  int size() {
    return size;
  }

  /** Bytes between slots and entries. */
  int freeBytes() {
    return size - HEADER_BYTES - count() * SLOT_BYTES - heapBytes();
  }

  /** Bytes that the node needs for what is in it. */
  int liveBytes() {
    return HEADER_BYTES + count() * SLOT_BYTES + heapBytes() - garbageBytes();
  }

  /** The suffix to give to the tree's next record, if this is the root. */
  int nextSuffix() {
    return buffer.getInt(at + 16);
  }

  /** Whether suffixes have been given out up to the last. */
  boolean suffixesUsedUp() {
    return buffer.get(at + 1) != 0;
  }

  /**
   * @param usedUp whether the next one may be in use
   */
  void setNextSuffix(int suffix, boolean usedUp) {
    buffer.putInt(at + 16, suffix);
    buffer.put(at + 1, (byte) (usedUp ? 1 : 0));
  }

  /** An exception that says what is wrong with the node. */
  CorruptionException malformed(String found) {
    return new CorruptionException(
        "of keyed state, record", view.address(), "a tree's node", found);
  }

  // ---- searching

  /** The index of the key's entry; if it has none, -1 minus the index where it would be. */
  int search(long prefix, ByteSpan key) {
    return search(0, prefix, key);
  }

  /** The index of the child that the key belongs to, in an inner node. */
  int childIndex(long prefix, ByteSpan key) {
    int found = search(1, prefix, key);
    return found >= 0 ? found : -2 - found;
  }

  private int search(int low, long prefix, ByteSpan key) {
    ByteBuffer in = buffer;
    int slots = at + HEADER_BYTES;
    int high = count() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long other = in.getLong(slots + middle * SLOT_BYTES);
      if (other < prefix) {
        low = middle + 1;
      } else if (other > prefix) {
        high = middle - 1;
      } else {
        int order = compare(middle, key);
        if (order == 0) {
          return middle;
        }
        if (order < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
    }
    return -1 - low;
  }

  /** Compares an entry's key with one that begins with the same 8 bytes. */
  private int compare(int i, ByteSpan key) {
    int entry = entry(i);
    int length = buffer.getInt(entry) >>> 9;
    int common = Math.min(length, key.length()) - PREFIX_BYTES;
    if (common > 0) {
      byte[] array = key.array();
      int mine = entry + ENTRY_HEADER_BYTES;
      int theirs = key.offset() + PREFIX_BYTES;
      int done = 0;
      for (; done <= common - 8; done += 8) {
        long a = Long.reverseBytes(buffer.getLong(mine + done));
        long b = (long) BIG_ENDIAN.get(array, theirs + done);
        if (a != b) {
          return Long.compareUnsigned(a, b);
        }
      }
      for (; done < common; done++) {
        int difference = (buffer.get(mine + done) & 0xff) - (array[theirs + done] & 0xff);
        if (difference != 0) {
          return difference;
        }
      }
    }
    return length - key.length();
  }

  // ---- entries

  private int slot(int i) {
    return at + HEADER_BYTES + i * SLOT_BYTES;
  }

  /** Where in the buffer an entry begins. */
  private int entry(int i) {
    int back = checkedBack(buffer.getInt(slot(i) + 8), heapBytes());
    int entry = at + size - back;
    checkedBytes(buffer.getInt(entry), back);
    return entry;
  }

  /** The distance of an entry from the end, which is within the bytes of all entries. */
  private int checkedBack(int back, int heap) {
    if (back < ENTRY_HEADER_BYTES || back > heap) {
      throw malformed("an entry " + back + " bytes before the end, of " + heap);
    }
    return back;
  }

  /** The bytes of an entry, which does not go beyond the end. */
  private int checkedBytes(int header, int back) {
    int bytes = entryBytes(header);
    if (bytes > back) {
      throw malformed("an entry of " + bytes + " bytes, " + back + " before the end");
    }
    return bytes;
  }

  /** Bytes of an entry that begins with that header. */
  static int entryBytes(int header) {
    return ENTRY_HEADER_BYTES + restBytes(header) + (header & VALUE_BYTES_MAX);
  }

  /** Bytes of the key that are in the entry, for those in its slot. */
  static int restBytes(int header) {
    return Math.max(0, (header >>> 9) - PREFIX_BYTES);
  }

  /** Copies all entries. */
  void copy(LeafCopy target) {
    target.copy(buffer, at, size);
  }

  /** Copies an entry's key. */
  void key(int i, ByteSpan target) {
    int entry = entry(i);
    int length = buffer.getInt(entry) >>> 9;
    byte[] array = target.resize(Math.max(length, PREFIX_BYTES));
    BIG_ENDIAN.set(array, 0, buffer.getLong(slot(i)) ^ Long.MIN_VALUE);
    if (length > PREFIX_BYTES) {
      buffer.get(entry + ENTRY_HEADER_BYTES, array, PREFIX_BYTES, length - PREFIX_BYTES);
    } else {
      target.wrap(array, 0, length);
    }
  }

  /** Whether an entry has the suffix of the record that holds its value. */
  boolean isOutOfLine(int i) {
    return (buffer.getInt(entry(i)) & OUT_OF_LINE) != 0;
  }

  int valueLength(int i) {
    return buffer.getInt(entry(i)) & VALUE_BYTES_MAX;
  }

  /** Copies an entry's value. */
  void value(int i, ByteSpan target) {
    int entry = entry(i);
    int header = buffer.getInt(entry);
    target.copy(buffer, entry + ENTRY_HEADER_BYTES + restBytes(header), header & VALUE_BYTES_MAX);
  }

  /** Writes over an entry's value, with one of the same length. */
  void setValue(int i, ByteSpan value) {
    int entry = entry(i);
    int to = entry + ENTRY_HEADER_BYTES + restBytes(buffer.getInt(entry));
    buffer.put(to, value.array(), value.offset(), value.length());
  }

  /** The suffix that an entry has for a value. */
  int suffix(int i) {
    if (i >= count()) {
      throw malformed("an inner node without children");
    }
    int entry = entry(i);
    int header = buffer.getInt(entry);
    if ((header & VALUE_BYTES_MAX) != SUFFIX_BYTES) {
      throw malformed("a suffix of " + (header & VALUE_BYTES_MAX) + " bytes");
    }
    return buffer.getInt(entry + ENTRY_HEADER_BYTES + restBytes(header));
  }

  /** Inserts an entry, for which there is room. */
  void insert(int i, long prefix, ByteSpan key, ByteSpan value) {
    int length = value.length();
    int to = insert(i, prefix, key, length);
    buffer.put(to, value.array(), value.offset(), length);
  }

  /** Inserts an entry that has a suffix for a value; there is room for it. */
  void insertSuffix(int i, long prefix, ByteSpan key, int suffix) {
    int header = SUFFIX_BYTES | (isInner() ? 0 : OUT_OF_LINE);
    buffer.putInt(insert(i, prefix, key, header), suffix);
  }

  private int insert(int i, long prefix, ByteSpan key, int header) {
    int count = count();
    int slot = slot(i);
    if (i < count) {
      buffer.put(slot + SLOT_BYTES, buffer, slot, (count - i) * SLOT_BYTES);
    }
    buffer.putInt(at + 4, count + 1);
    return write(slot, prefix, key, header);
  }

  private int write(int slot, long prefix, ByteSpan key, int header) {
    int length = key.length();
    int rest = Math.max(0, length - PREFIX_BYTES);
    int heap = heapBytes() + ENTRY_HEADER_BYTES + rest + (header & VALUE_BYTES_MAX);
    int entry = at + size - heap;
    buffer.putInt(at + 8, heap);
    buffer.putLong(slot, prefix);
    buffer.putInt(slot + 8, heap);
    buffer.putInt(entry, length << 9 | header);
    if (rest > 0) {
      buffer.put(entry + ENTRY_HEADER_BYTES, key.array(), key.offset() + PREFIX_BYTES, rest);
    }
    return entry + ENTRY_HEADER_BYTES + rest;
  }

  void remove(int i) {
    int entry = entry(i);
    int bytes = entryBytes(buffer.getInt(entry));
    int count = count() - 1;
    int slot = slot(i);
    int heap = heapBytes();
    if (at + size - entry == heap) {
      buffer.putInt(at + 8, heap - bytes);
    } else {
      buffer.putInt(at + 12, garbageBytes() + bytes);
    }
    if (i < count) {
      buffer.put(slot, buffer, slot + SLOT_BYTES, (count - i) * SLOT_BYTES);
    }
    buffer.putInt(at + 4, count);
  }

  /** Bytes of an entry and its slot. */
  int bytes(int i) {
    return SLOT_BYTES + entryBytes(buffer.getInt(entry(i)));
  }

  // ---- many entries at once

  /** Leaves only the first entries. */
  void truncate(int count) {
    int garbage = garbageBytes();
    for (int i = count; i < count(); i++) {
      garbage += bytes(i) - SLOT_BYTES;
    }
    buffer.putInt(at + 4, count);
    buffer.putInt(at + 12, garbage);
  }

  /** Adds entries of another node behind those that are here; there is room for them. */
  void take(TreeNode from, int begin, int end) {
    take(from.buffer, from.at, from.size, from.heapBytes(), begin, end);
  }

  private void take(ByteBuffer from, int fromAt, int fromSize, int fromHeap, int begin, int end) {
    int heap = heapBytes();
    int slot = slot(count());
    int heapMax = at + size - slot - (end - begin) * SLOT_BYTES;
    for (int i = begin; i < end; i++, slot += SLOT_BYTES) {
      int fromSlot = fromAt + HEADER_BYTES + i * SLOT_BYTES;
      int back = checkedBack(from.getInt(fromSlot + 8), fromHeap);
      int entry = fromAt + fromSize - back;
      int bytes = checkedBytes(from.getInt(entry), back);
      heap += bytes;
      if (heap > heapMax) {
        throw malformed("entries that overlap");
      }
      buffer.put(at + size - heap, from, entry, bytes);
      buffer.putLong(slot, from.getLong(fromSlot));
      buffer.putInt(slot + 8, heap);
    }
    buffer.putInt(at + 4, count() + end - begin);
    buffer.putInt(at + 8, heap);
  }

  /**
   * Writes the node anew as another record with the same suffix, which takes that one's place, with
   * entries up to {@code end}.
   */
  void rewrite(RecordStore records, int suffix, int bytes, int end) {
    ByteBuffer from = buffer;
    int fromAt = at;
    int fromSize = size;
    int fromHeap = heapBytes();
    boolean whole = garbageBytes() == 0 && end == count();
    RecordView before = view;
    view = spare;
    spare = before;
    records.put(suffix, bytes, bytes, view);
    load();
    buffer.put(at, from, fromAt, HEADER_BYTES);
    if (whole) {
      buffer.put(slot(0), from, fromAt + HEADER_BYTES, end * SLOT_BYTES);
      buffer.put(at + size - fromHeap, from, fromAt + fromSize - fromHeap, fromHeap);
    } else {
      empty();
      take(from, fromAt, fromSize, fromHeap, 0, end);
    }
  }

  /** Moves the entries together, so that all bytes that belong to none are free. */
  void compact() {
    int heap = heapBytes();
    if (moving.length < heap) {
      moving = new byte[Math.max(1024, heap)];
    }
    buffer.get(at + size - heap, moving, 0, heap);
    int moved = 0;
    int slot = slot(0);
    for (int i = count(); i > 0; i--, slot += SLOT_BYTES) {
      int back = checkedBack(buffer.getInt(slot + 8), heap);
      int bytes = checkedBytes((int) LITTLE_ENDIAN.get(moving, heap - back), back);
      moved += bytes;
      if (moved > heap) {
        throw malformed("entries that overlap");
      }
      buffer.put(at + size - moved, moving, heap - back, bytes);
      buffer.putInt(slot + 8, moved);
    }
    buffer.putInt(at + 8, moved);
    buffer.putInt(at + 12, 0);
  }
}
