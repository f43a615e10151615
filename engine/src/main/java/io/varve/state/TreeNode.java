package io.varve.state;

import io.varve.base.CorruptionException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A view of a tree's node, which is one record that lies as {@link TreeLayout} says, and what can
 * be done to a single node.
 *
 * <p>Nothing read from a node leads out of its record: counts are checked when the view is pointed
 * at it, places when they are used.
 *
 * <p>Thread: the store's owner.
 */
final class TreeNode {

  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final VarHandle LITTLE_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final SlotSearch search = new SlotSearch();
  private RecordView view = new RecordView();
  private RecordView spare = new RecordView();
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int at;
  private int size;

  /** Where entries wait while they are moved together. */
  private byte[] moving = {};

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
    int kind = size < TreeLayout.HEADER_BYTES ? 0 : buffer.get(at);
    if (kind != RecordKind.LEAF && kind != RecordKind.INNER) {
      throw malformed("a record of kind " + kind + " and " + size + " bytes");
    }
    long count = count();
    int heap = heapBytes();
    int garbage = garbageBytes();
    if (count < countMin
        || garbage < 0
        || garbage > heap
        || TreeLayout.HEADER_BYTES + count * TreeLayout.SLOT_BYTES + heap > size) {
      throw malformed(count + " entries of " + heap + " bytes in " + size + " bytes");
    }
    return true;
  }

  /** Makes a new, empty node with that suffix and points the view at it. */
  void create(RecordStore records, int suffix, byte kind, int bytes) {
    records.put(PageKind.NODES, suffix, bytes, bytes, view);
    load();
    buffer.putInt(at, kind);
    buffer.putInt(at + TreeLayout.NEXT_SUFFIX_AT, 1);
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
    buffer.putInt(at + TreeLayout.COUNT_AT, 0);
    buffer.putInt(at + TreeLayout.HEAP_AT, 0);
    buffer.putInt(at + TreeLayout.GARBAGE_AT, 0);
  }

  /** Entries in the node. */
  int count() {
    return buffer.getInt(at + TreeLayout.COUNT_AT);
  }

  private int heapBytes() {
    return buffer.getInt(at + TreeLayout.HEAP_AT);
  }

  private int garbageBytes() {
    return buffer.getInt(at + TreeLayout.GARBAGE_AT);
  }

  /** Bytes of the node. */
  int size() {
    return size;
  }

  /** Bytes between slots and entries. */
  int freeBytes() {
    return size - TreeLayout.HEADER_BYTES - count() * TreeLayout.SLOT_BYTES - heapBytes();
  }

  /** Bytes that the node needs for what is in it. */
  int liveBytes() {
    return TreeLayout.HEADER_BYTES + count() * TreeLayout.SLOT_BYTES + heapBytes() - garbageBytes();
  }

  /** The suffix to give to the tree's next record, if this is the root. */
  int nextSuffix() {
    return buffer.getInt(at + TreeLayout.NEXT_SUFFIX_AT);
  }

  /** Whether suffixes have been given out up to the last. */
  boolean suffixesUsedUp() {
    return buffer.get(at + 1) != 0;
  }

  /**
   * @param usedUp whether the next one may be in use
   */
  void setNextSuffix(int suffix, boolean usedUp) {
    buffer.putInt(at + TreeLayout.NEXT_SUFFIX_AT, suffix);
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
    int end = count();
    int first = search.firstNotBelow(buffer, slot(0), low, end, prefix);
    if (first == end || prefix(first) != prefix) {
      return -1 - first;
    }
    if (first + 1 < end && prefix(first + 1) == prefix) {
      return searchAlike(first, prefix, key);
    }
    int order = compare(first, key);
    return order == 0 ? first : order > 0 ? -1 - first : -2 - first;
  }

  /** The same among entries of which several begin with the same 8 bytes. */
  private int searchAlike(int low, long prefix, ByteSpan key) {
    int high = count() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = prefix(middle) > prefix ? 1 : compare(middle, key);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  /** Compares an entry's key with one that begins with the same 8 bytes. */
  private int compare(int i, ByteSpan key) {
    int entry = entry(i);
    int length = TreeLayout.keyLength(buffer.getInt(entry));
    int common = Math.min(length, key.length()) - TreeLayout.PREFIX_BYTES;
    if (common > 0) {
      byte[] array = key.array();
      int mine = entry + TreeLayout.ENTRY_HEADER_BYTES;
      int theirs = key.offset() + TreeLayout.PREFIX_BYTES;
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

  private long prefix(int i) {
    return buffer.getLong(slot(i));
  }

  private int slot(int i) {
    return at + TreeLayout.HEADER_BYTES + i * TreeLayout.SLOT_BYTES;
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
    if (back < TreeLayout.ENTRY_HEADER_BYTES || back > heap) {
      throw malformed("an entry " + back + " bytes before the end, of " + heap);
    }
    return back;
  }

  /** The bytes of an entry, which does not go beyond the end. */
  private int checkedBytes(int header, int back) {
    int bytes = TreeLayout.entryBytes(header);
    if (bytes > back) {
      throw malformed("an entry of " + bytes + " bytes, " + back + " before the end");
    }
    return bytes;
  }

  /** Copies all entries. */
  void copy(LeafCopy target) {
    target.copy(buffer, at, size);
  }

  /** Copies an entry's key. */
  void key(int i, ByteSpan target) {
    int entry = entry(i);
    int length = TreeLayout.keyLength(buffer.getInt(entry));
    byte[] array = target.resize(Math.max(length, TreeLayout.PREFIX_BYTES));
    BIG_ENDIAN.set(array, 0, buffer.getLong(slot(i)) ^ Long.MIN_VALUE);
    if (length > TreeLayout.PREFIX_BYTES) {
      buffer.get(
          entry + TreeLayout.ENTRY_HEADER_BYTES,
          array,
          TreeLayout.PREFIX_BYTES,
          length - TreeLayout.PREFIX_BYTES);
    } else {
      target.wrap(array, 0, length);
    }
  }

  /** Whether an entry has the suffix of the record that holds its value. */
  boolean isOutOfLine(int i) {
    return (buffer.getInt(entry(i)) & TreeLayout.OUT_OF_LINE) != 0;
  }

  int valueLength(int i) {
    return TreeLayout.valueLength(buffer.getInt(entry(i)));
  }

  /** Copies an entry's value. */
  void value(int i, ByteSpan target) {
    int entry = entry(i);
    int header = buffer.getInt(entry);
    target.copy(
        buffer,
        entry + TreeLayout.ENTRY_HEADER_BYTES + TreeLayout.restBytes(header),
        TreeLayout.valueLength(header));
  }

  /** The timestamp of an entry; none if its value is in a record of its own. */
  long timestamp(int i, Expiry expiry) {
    int entry = entry(i);
    int header = buffer.getInt(entry);
    return (header & TreeLayout.OUT_OF_LINE) != 0
        ? Expiry.NO_TIMESTAMP
        : expiry.timestamp(
            buffer,
            entry + TreeLayout.ENTRY_HEADER_BYTES + TreeLayout.restBytes(header),
            TreeLayout.valueLength(header));
  }

  /** Writes over an entry's value, with one of the same length. */
  void setValue(int i, ByteSpan value) {
    int entry = entry(i);
    int to = entry + TreeLayout.ENTRY_HEADER_BYTES + TreeLayout.restBytes(buffer.getInt(entry));
    buffer.put(to, value.array(), value.offset(), value.length());
  }

  /** The suffix that an entry has for a value. */
  int suffix(int i) {
    return buffer.getInt(reference(i));
  }

  /** The bytes of the record of that suffix, if the node is a leaf. */
  int recordBytes(int i) {
    int bytes = buffer.getInt(reference(i) + TreeLayout.SUFFIX_BYTES);
    if (bytes < RecordLayout.BYTES_MIN || bytes % 8 != 0) {
      throw malformed("a record of " + bytes + " bytes");
    }
    return bytes;
  }

  /** Notes that the record of that suffix takes so many bytes now. */
  void setRecordBytes(int i, int bytes) {
    buffer.putInt(reference(i) + TreeLayout.SUFFIX_BYTES, bytes);
  }

  private int reference(int i) {
    if (i >= count()) {
      throw malformed("an inner node without children");
    }
    int entry = entry(i);
    int header = buffer.getInt(entry);
    int expected = isInner() ? TreeLayout.SUFFIX_BYTES : TreeLayout.REFERENCE_BYTES;
    if (TreeLayout.valueLength(header) != expected) {
      throw malformed("a suffix of " + TreeLayout.valueLength(header) + " bytes");
    }
    return entry + TreeLayout.ENTRY_HEADER_BYTES + TreeLayout.restBytes(header);
  }

  /** Inserts an entry, for which there is room. */
  void insert(int i, long prefix, ByteSpan key, ByteSpan value) {
    int length = value.length();
    int to = insert(i, prefix, key, length);
    buffer.put(to, value.array(), value.offset(), length);
  }

  /** Inserts a child into an inner node; there is room for it. */
  void insertChild(int i, long prefix, ByteSpan key, int suffix) {
    buffer.putInt(insert(i, prefix, key, TreeLayout.SUFFIX_BYTES), suffix);
  }

  /** Inserts an entry whose value is in a record of its own; there is room for it. */
  void insertReference(int i, long prefix, ByteSpan key, int suffix, int recordBytes) {
    int to = insert(i, prefix, key, TreeLayout.REFERENCE_BYTES | TreeLayout.OUT_OF_LINE);
    buffer.putInt(to, suffix);
    buffer.putInt(to + TreeLayout.SUFFIX_BYTES, recordBytes);
  }

  private int insert(int i, long prefix, ByteSpan key, int header) {
    int count = count();
    int slot = slot(i);
    if (i < count) {
      buffer.put(slot + TreeLayout.SLOT_BYTES, buffer, slot, (count - i) * TreeLayout.SLOT_BYTES);
    }
    buffer.putInt(at + TreeLayout.COUNT_AT, count + 1);
    return write(slot, prefix, key, header);
  }

  private int write(int slot, long prefix, ByteSpan key, int header) {
    int length = key.length();
    int rest = Math.max(0, length - TreeLayout.PREFIX_BYTES);
    int heap = heapBytes() + TreeLayout.ENTRY_HEADER_BYTES + rest + TreeLayout.valueLength(header);
    int entry = at + size - heap;
    buffer.putInt(at + TreeLayout.HEAP_AT, heap);
    buffer.putLong(slot, prefix);
    buffer.putInt(slot + 8, heap);
    buffer.putInt(entry, TreeLayout.entryHeader(length, header));
    if (rest > 0) {
      buffer.put(
          entry + TreeLayout.ENTRY_HEADER_BYTES,
          key.array(),
          key.offset() + TreeLayout.PREFIX_BYTES,
          rest);
    }
    return entry + TreeLayout.ENTRY_HEADER_BYTES + rest;
  }

  void remove(int i) {
    int entry = entry(i);
    int bytes = TreeLayout.entryBytes(buffer.getInt(entry));
    int count = count() - 1;
    int slot = slot(i);
    int heap = heapBytes();
    if (at + size - entry == heap) {
      buffer.putInt(at + TreeLayout.HEAP_AT, heap - bytes);
    } else {
      buffer.putInt(at + TreeLayout.GARBAGE_AT, garbageBytes() + bytes);
    }
    if (i < count) {
      buffer.put(slot, buffer, slot + TreeLayout.SLOT_BYTES, (count - i) * TreeLayout.SLOT_BYTES);
    }
    buffer.putInt(at + TreeLayout.COUNT_AT, count);
  }

  /** Bytes of an entry and its slot. */
  int bytes(int i) {
    return TreeLayout.SLOT_BYTES + TreeLayout.entryBytes(buffer.getInt(entry(i)));
  }

  // ---- many entries at once

  /** Leaves only the first entries. */
  void truncate(int count) {
    int garbage = garbageBytes();
    for (int i = count; i < count(); i++) {
      garbage += bytes(i) - TreeLayout.SLOT_BYTES;
    }
    buffer.putInt(at + TreeLayout.COUNT_AT, count);
    buffer.putInt(at + TreeLayout.GARBAGE_AT, garbage);
  }

  /** Adds entries of another node behind those that are here; there is room for them. */
  void take(TreeNode from, int begin, int end) {
    take(from.buffer, from.at, from.size, from.heapBytes(), begin, end);
  }

  private void take(ByteBuffer from, int fromAt, int fromSize, int fromHeap, int begin, int end) {
    int heap = heapBytes();
    int slot = slot(count());
    int heapMax = at + size - slot - (end - begin) * TreeLayout.SLOT_BYTES;
    for (int i = begin; i < end; i++, slot += TreeLayout.SLOT_BYTES) {
      int fromSlot = fromAt + TreeLayout.HEADER_BYTES + i * TreeLayout.SLOT_BYTES;
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
    buffer.putInt(at + TreeLayout.COUNT_AT, count() + end - begin);
    buffer.putInt(at + TreeLayout.HEAP_AT, heap);
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
    boolean changed = records.isChanged();
    records.put(PageKind.NODES, suffix, bytes, bytes, spare);
    view = spare;
    spare = before;
    load();
    buffer.put(at, from, fromAt, TreeLayout.HEADER_BYTES);
    if (whole) {
      buffer.put(slot(0), from, fromAt + TreeLayout.HEADER_BYTES, end * TreeLayout.SLOT_BYTES);
      buffer.put(at + size - fromHeap, from, fromAt + fromSize - fromHeap, fromHeap);
    } else {
      empty();
      take(from, fromAt, fromSize, fromHeap, 0, end);
    }
    // The new one says the same, unless more than this is under way.
    records.setChanged(changed);
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
    for (int i = count(); i > 0; i--, slot += TreeLayout.SLOT_BYTES) {
      int back = checkedBack(buffer.getInt(slot + 8), heap);
      int bytes = checkedBytes((int) LITTLE_ENDIAN.get(moving, heap - back), back);
      moved += bytes;
      if (moved > heap) {
        throw malformed("entries that overlap");
      }
      buffer.put(at + size - moved, moving, heap - back, bytes);
      buffer.putInt(slot + 8, moved);
    }
    buffer.putInt(at + TreeLayout.HEAP_AT, moved);
    buffer.putInt(at + TreeLayout.GARBAGE_AT, 0);
  }
}
