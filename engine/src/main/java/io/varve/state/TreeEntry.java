package io.varve.state;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * Records of entries whose values are too large for a leaf. The value of such a record,
 * little-endian:
 *
 * <pre>
 *  0  u8   {@link RecordKind#ENTRY}
 *  1  u32  bytes of the user key
 *  5       the user key, and the value
 * </pre>
 *
 * <p>Whoever comes by the leaf does not need the user key; it is there for who comes by the record.
 *
 * <p>Thread: the store's owner.
 */
final class TreeEntry {

  static final int HEADER_BYTES = 5;

  /** A record is made smaller when its value needs less than a quarter of it. */
  private static final int LOOSE_BYTES = 1024;

  private final RecordView view = new RecordView();

  /** Copies the value in the record of that suffix of the selected key. */
  void get(RecordStore records, int suffix, ByteSpan target) {
    if (suffix == 0 || !records.find(suffix, view)) {
      throw malformed("no record of suffix " + suffix);
    }
    if (!copy(view.buffer(), view.at(), target)) {
      throw malformed("a record that is none, of suffix " + suffix);
    }
  }

  /** Copies the value in the record that begins there; false if it is no entry's. */
  static boolean copy(ByteBuffer buffer, int record, ByteSpan target) {
    int at = RecordLayout.valueAt(buffer, record);
    int length = RecordLayout.valueLength(buffer, record);
    int userKey = userKeyLength(buffer, at, length);
    if (userKey < 0) {
      return false;
    }
    target.copy(buffer, at + HEADER_BYTES + userKey, length - HEADER_BYTES - userKey);
    return true;
  }

  /** The timestamp of the value in the record of that suffix of the selected key. */
  long timestamp(RecordStore records, int suffix, Expiry expiry) {
    if (suffix == 0 || !records.find(suffix, view)) {
      throw malformed("no record of suffix " + suffix);
    }
    return timestamp(view.buffer(), view.valueAt(), view.valueLength(), expiry);
  }

  /** The timestamp of the value in such a record; none if it is no such record. */
  static long timestamp(ByteBuffer buffer, int at, int length, Expiry expiry) {
    int userKey = userKeyLength(buffer, at, length);
    int header = HEADER_BYTES + userKey;
    return userKey < 0
        ? Expiry.NO_TIMESTAMP
        : expiry.timestamp(buffer, at + header, length - header);
  }

  /** Bytes of the user key in such a record's value; -1 if it is none. */
  static int userKeyLength(ByteBuffer buffer, int at, int length) {
    if (length < HEADER_BYTES || buffer.get(at) != RecordKind.ENTRY) {
      return -1;
    }
    int userKey = buffer.getInt(at + 1);
    return userKey > length - HEADER_BYTES ? -1 : userKey;
  }

  /**
   * Checks that an entry can be a record of the selected key; before {@link #create} or {@link
   * #put}.
   */
  static void check(RecordStore records, ByteSpan userKey, ByteSpan value) {
    records.checkFits((long) HEADER_BYTES + userKey.length() + value.length());
  }

  /** Makes a record of an entry; returns its bytes. */
  int create(RecordStore records, int suffix, ByteSpan userKey, ByteSpan value) {
    int length = HEADER_BYTES + userKey.length() + value.length();
    records.put(PageKind.CONTENT, suffix, length, length, view);
    return write(userKey, value);
  }

  /**
   * Writes an entry in the place of one that is there, which need not be read.
   *
   * @param before bytes of the record that is there
   * @return its bytes now
   */
  int put(RecordStore records, int suffix, int before, ByteSpan userKey, ByteSpan value) {
    int length = HEADER_BYTES + userKey.length() + value.length();
    if (records.findKnown(suffix, before, view)
        && view.mutable()
        && length <= view.capacity()
        && (view.capacity() <= LOOSE_BYTES || length >= view.capacity() / 4)) {
      view.setValueLength(length);
    } else {
      records.put(PageKind.CONTENT, suffix, length, length, view);
    }
    return write(userKey, value);
  }

  private int write(ByteSpan userKey, ByteSpan value) {
    ByteBuffer buffer = view.buffer();
    int at = view.valueAt();
    buffer.put(at, RecordKind.ENTRY);
    buffer.putInt(at + 1, userKey.length());
    buffer.put(at + HEADER_BYTES, userKey.array(), userKey.offset(), userKey.length());
    buffer.put(at + HEADER_BYTES + userKey.length(), value.array(), value.offset(), value.length());
    return view.bytes();
  }

  private CorruptionException malformed(String found) {
    return new CorruptionException(
        "of keyed state, record", view.address(), "a map's entry", found);
  }
}
