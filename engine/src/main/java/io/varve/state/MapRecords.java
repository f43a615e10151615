package io.varve.state;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * Reads single records of maps and ordered sets, wherever they are met: what entries one holds by
 * itself. All records of a key together hold each of its entries once.
 *
 * <p>Thread: confined to its user.
 */
final class MapRecords {

  private final LeafCopy leaf = new LeafCopy();
  private int next;

  /** An entry that is a record of its own and has not been shown yet. */
  private boolean single;

  private final ByteSpan singleKey = new ByteSpan();
  private final ByteSpan singleValue = new ByteSpan();

  /**
   * Takes a record's value; {@link #next} shows the entries in it.
   *
   * @throws CorruptionException if it is no value of such a record
   */
  void read(ByteBuffer buffer, int valueAt, int valueLength) {
    leaf.clear();
    next = 0;
    single = false;
    int kind = valueLength == 0 ? 0 : buffer.get(valueAt);
    switch (kind) {
      case RecordKind.LEAF -> leaf.copy(buffer, valueAt, valueLength);
      case RecordKind.INNER -> {
        // Leads to others, which are met themselves.
      }
      case RecordKind.ENTRY -> readSingle(buffer, valueAt, valueLength);
      default -> throw malformed("a record of kind " + kind);
    }
  }

  private void readSingle(ByteBuffer buffer, int at, int length) {
    int userKey = TreeEntry.userKeyLength(buffer, at, length);
    if (userKey < 0) {
      throw malformed("an entry of " + length + " bytes whose key is longer");
    }
    int from = at + TreeEntry.HEADER_BYTES;
    singleKey.copy(buffer, from, userKey);
    singleValue.copy(buffer, from + userKey, length - TreeEntry.HEADER_BYTES - userKey);
    single = true;
  }

  /**
   * Points the targets at the next entry's user key and value, until the next call of this or
   * {@link #read}; false if there is none.
   */
  boolean next(ByteSpan userKey, ByteSpan value) {
    if (single) {
      single = false;
      userKey.wrap(singleKey.array(), 0, singleKey.length());
      value.wrap(singleValue.array(), 0, singleValue.length());
      return true;
    }
    while (next < leaf.count()) {
      int i = next++;
      if (!leaf.isOutOfLine(i)) {
        leaf.key(i, userKey);
        leaf.value(i, value);
        return true;
      }
    }
    return false;
  }

  private static CorruptionException malformed(String found) {
    return new CorruptionException("of keyed state", 0, "a record of a map", found);
  }
}
