package io.varve.state;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records that had expired when cleaning came by them, which it has copied nowhere: found in the
 * background, then handed to the owner, who lets those go that are still there. Of an entry of a
 * map, or a leaf of a tree of several, that takes going through the tree; such a record comes with
 * the entry's key group, key and user key.
 *
 * <p>Thread: one at a time.
 */
final class ExpiredRecords {

  /** So many are handed over at a time. */
  static final int RECORDS_MAX = 1 << 16;

  /** Or with so many bytes of keys. */
  private static final int KEY_BYTES_MAX = 4 << 20;

  private Page[] pages = new Page[64];
  private int[] at = new int[64];
  private int[] bytes = new int[64];
  private int[] hashes = new int[64];
  private int[] tables = new int[64];
  private int records;

  /** Where in {@link #keys} an entry is told; -1 of other records. */
  private int[] entries = new int[64];

  /** Packed: key group, bytes of the key, bytes of the user key, key, user key. */
  private ByteBuffer keys = ByteBuffer.allocate(0);

  void add(Page page, int at, int bytes, int hash, int table) {
    if (records == hashes.length) {
      int larger = records * 2;
      this.pages = Arrays.copyOf(this.pages, larger);
      this.at = Arrays.copyOf(this.at, larger);
      this.bytes = Arrays.copyOf(this.bytes, larger);
      this.hashes = Arrays.copyOf(this.hashes, larger);
      this.tables = Arrays.copyOf(this.tables, larger);
      this.entries = Arrays.copyOf(this.entries, larger);
    }
    this.pages[records] = page;
    this.at[records] = at;
    this.bytes[records] = bytes;
    this.hashes[records] = hash;
    this.entries[records] = -1;
    this.tables[records++] = table;
  }

  /**
   * Says that the record added last stands for an entry of a map.
   *
   * @param record the record itself
   */
  void setEntry(ByteBuffer record, int at, ByteSpan userKey) {
    int key = RecordLayout.keyLength(record, at);
    int bytes = 3 * Integer.BYTES + key + userKey.length();
    if (keys.remaining() < bytes) {
      int larger = Math.max(keys.position() + bytes, Math.max(1024, 2 * keys.capacity()));
      keys = ByteBuffer.allocate(larger).put(keys.flip());
    }
    entries[records - 1] = keys.position();
    keys.putInt(RecordLayout.keyGroup(record, at)).putInt(key).putInt(userKey.length());
    keys.put(keys.position(), record, RecordLayout.keyAt(at), key);
    keys.position(keys.position() + key);
    keys.put(userKey.array(), userKey.offset(), userKey.length());
  }

  /** Whether the record stands for an entry of a map. */
  boolean isEntry(int record) {
    return entries[record] >= 0;
  }

  int keyGroup(int record) {
    return keys.getInt(entries[record]);
  }

  /** Points the targets at key and user key of an entry. */
  void keys(int record, ByteSpan key, ByteSpan userKey) {
    int at = entries[record] + Integer.BYTES;
    int keyLength = keys.getInt(at);
    int userKeyLength = keys.getInt(at + Integer.BYTES);
    int keyAt = at + 2 * Integer.BYTES;
    key.wrap(keys.array(), keyAt, keyLength);
    userKey.wrap(keys.array(), keyAt + keyLength, userKeyLength);
  }

  int count() {
    return records;
  }

  boolean isFull() {
    return records >= RECORDS_MAX || keys.position() >= KEY_BYTES_MAX;
  }

  /** The page that a record is in. */
  Page page(int record) {
    return pages[record];
  }

  /** Where in its page it begins. */
  int at(int record) {
    return at[record];
  }

  int bytes(int record) {
    return bytes[record];
  }

  int hash(int record) {
    return hashes[record];
  }

  int table(int record) {
    return tables[record];
  }
}
