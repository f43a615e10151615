package io.varve.state;

import java.nio.ByteBuffer;

/**
 * The entries of a tree's leaf, wherever it lies; looked at by who has no store.
 *
 * <p>Thread: confined to its user.
 */
final class LeafEntries {

  private ByteBuffer in = ByteBuffer.allocate(0);
  private int at;
  private int length;
  private int count;

  /** Points it at a value; false if that is no leaf, or one that is damaged. */
  boolean point(ByteBuffer littleEndian, int valueAt, int valueLength) {
    in = littleEndian;
    at = valueAt;
    length = valueLength;
    count = 0;
    if (valueLength < TreeLayout.HEADER_BYTES || in.get(at) != RecordKind.LEAF) {
      return false;
    }
    long entries = in.getInt(at + TreeLayout.COUNT_AT);
    int heap = in.getInt(at + TreeLayout.HEAP_AT);
    long slots = entries * TreeLayout.SLOT_BYTES;
    if (entries < 1 || heap < 0 || TreeLayout.HEADER_BYTES + slots + heap > valueLength) {
      return false;
    }
    long sum = 0;
    for (int i = 0; i < entries; i++) {
      int back = back(i);
      if (back < TreeLayout.ENTRY_HEADER_BYTES || back > heap) {
        return false;
      }
      int bytes = TreeLayout.entryBytes(in.getInt(at + length - back));
      sum += bytes;
      if (bytes > back || sum > heap) {
        return false;
      }
    }
    count = (int) entries;
    return true;
  }

  int count() {
    return count;
  }

  private int slot(int i) {
    return at + TreeLayout.HEADER_BYTES + i * TreeLayout.SLOT_BYTES;
  }

  private int back(int i) {
    return in.getInt(slot(i) + TreeLayout.PREFIX_BYTES);
  }

  private int entry(int i) {
    return at + length - back(i);
  }

  /** Copies an entry's key. */
  void key(int i, ByteSpan target) {
    int entry = entry(i);
    int keyLength = TreeLayout.keyLength(in.getInt(entry));
    int rest = Math.max(0, keyLength - TreeLayout.PREFIX_BYTES);
    byte[] array = target.resize(TreeLayout.PREFIX_BYTES + rest);
    TreeLayout.putPrefix(in.getLong(slot(i)), array);
    in.get(entry + TreeLayout.ENTRY_HEADER_BYTES, array, TreeLayout.PREFIX_BYTES, rest);
    target.wrap(array, 0, keyLength);
  }

  /** Whether an entry's value is in a record of its own. */
  boolean isOutOfLine(int i) {
    return (in.getInt(entry(i)) & TreeLayout.OUT_OF_LINE) != 0;
  }

  /** Where an entry's value begins. */
  int valueAt(int i) {
    int entry = entry(i);
    return entry + TreeLayout.ENTRY_HEADER_BYTES + TreeLayout.restBytes(in.getInt(entry));
  }

  int valueLength(int i) {
    return TreeLayout.valueLength(in.getInt(entry(i)));
  }

  /** Bytes of an entry and its slot. */
  int bytes(int i) {
    return TreeLayout.SLOT_BYTES + TreeLayout.entryBytes(in.getInt(entry(i)));
  }

  /** The timestamp of an entry; {@link Expiry#NO_TIMESTAMP} if its value isn't here or has none. */
  long timestamp(int i, Expiry expiry) {
    return isOutOfLine(i) ? Expiry.NO_TIMESTAMP : expiry.timestamp(in, valueAt(i), valueLength(i));
  }

  /**
   * Writes a leaf of some of the entries, which takes no more than it needs; returns its length.
   *
   * @param to another array
   * @param kept by entry, at least one
   */
  int copy(boolean[] kept, ByteBuffer to) {
    int entries = 0;
    int size = TreeLayout.HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      if (kept[i]) {
        entries++;
        size += bytes(i);
      }
    }
    to.put(0, in, at, TreeLayout.HEADER_BYTES);
    int heap = 0;
    int slot = TreeLayout.HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      if (kept[i]) {
        int entry = entry(i);
        int bytes = TreeLayout.entryBytes(in.getInt(entry));
        heap += bytes;
        to.putLong(slot, in.getLong(slot(i)));
        to.putInt(slot + TreeLayout.PREFIX_BYTES, heap);
        to.put(size - heap, in, entry, bytes);
        slot += TreeLayout.SLOT_BYTES;
      }
    }
    to.putInt(TreeLayout.COUNT_AT, entries);
    to.putInt(TreeLayout.HEAP_AT, heap);
    to.putInt(TreeLayout.GARBAGE_AT, 0);
    return size;
  }
}
