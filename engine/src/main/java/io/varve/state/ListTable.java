package io.varve.state;

import io.varve.base.CorruptionException;

/**
 * A list a key, to which bytes are appended and that is read as a whole.
 *
 * <p>The head, a record with suffix 0, holds the list's last bytes; those before are in chunks,
 * records with suffixes from 1 on. Bytes are appended to the head in place, which doubles until it
 * is large, then all that is in it goes to a new chunk and it begins anew. So appending looks into
 * one record, never reads a chunk, and a small list is one record. Bytes that are large go to a
 * chunk with what is in the head.
 *
 * <p>A sealed head is written anew when something is appended. If there is much in it, that goes to
 * a chunk on the occasion, so that no byte is copied again and again, snapshot after snapshot.
 *
 * <p>The head's value: u8 {@link RecordKind#LIST_HEAD}, u32 number of chunks, bytes. A chunk's: u8
 * {@link RecordKind#LIST_CHUNK}, bytes.
 *
 * <p>Thread: the store's owner.
 */
public final class ListTable implements StateTable {

  static final int HEAD_BYTES = 5;
  static final int CHUNK_HEADER_BYTES = 1;

  /** The most that a head holds. */
  static final int HEAD_BYTES_MAX = 4096;

  /** So many bytes in a sealed head are not copied but made a chunk. */
  private static final int SETTLED_BYTES = 512;

  private static final int HEAD_CAPACITY_MIN = 32;

  private static final ByteSpan NOTHING = new ByteSpan();

  private final RecordStore records;
  private final int table;
  private final RecordView head = new RecordView();
  private final RecordView other = new RecordView();

  ListTable(RecordStore records, int table) {
    this.records = records;
    this.table = table;
  }

  @Override
  public int table() {
    return table;
  }

  /** Copies all that was appended to the key's list into {@code target}; false if it has none. */
  public boolean get(int keyGroup, ByteSpan key, ByteSpan target) {
    records.select(table, keyGroup, key);
    if (!records.find(0, head)) {
      return false;
    }
    int chunks = chunks();
    target.resize(0);
    for (int i = 1; i <= chunks; i++) {
      if (!records.find(i, other)) {
        throw malformed(chunks + " chunks, without number " + i);
      }
      append(other, CHUNK_HEADER_BYTES, target);
    }
    append(head, HEAD_BYTES, target);
    return true;
  }

  private static void append(RecordView from, int header, ByteSpan target) {
    target.append(from.buffer(), from.valueAt() + header, Math.max(0, from.valueLength() - header));
  }

  /** Appends bytes to the key's list. */
  public void append(int keyGroup, ByteSpan key, ByteSpan bytes) {
    records.select(table, keyGroup, key);
    if (!records.find(0, head)) {
      begin(bytes);
      return;
    }
    int before = head.valueLength();
    long after = (long) before + bytes.length();
    if (head.mutable() && after <= head.capacity()) {
      head.setValueLength((int) after);
      write(head, before, bytes);
      return;
    }
    int chunks = chunks();
    if (after > HEAD_BYTES_MAX || (before > SETTLED_BYTES && !head.mutable())) {
      boolean large = bytes.length() > HEAD_BYTES_MAX - HEAD_BYTES;
      putChunk(chunks + 1, before - HEAD_BYTES, large ? bytes : NOTHING);
      putHead(chunks + 1, large ? NOTHING : bytes);
    } else {
      // What is in the old record can be read until the operation ends.
      records.put(0, (int) after, capacity((int) after), other);
      other.buffer().put(other.valueAt(), head.buffer(), head.valueAt(), before);
      write(other, before, bytes);
    }
  }

  /** Replaces all that is in the key's list. */
  public void put(int keyGroup, ByteSpan key, ByteSpan bytes) {
    records.select(table, keyGroup, key);
    if (!records.find(0, head)) {
      begin(bytes);
      return;
    }
    removeChunks();
    if (bytes.length() > HEAD_BYTES_MAX - HEAD_BYTES) {
      putChunk(1, 0, bytes);
      putHead(1, NOTHING);
    } else {
      putHead(0, bytes);
    }
  }

  private void begin(ByteSpan bytes) {
    boolean large = bytes.length() > HEAD_BYTES_MAX - HEAD_BYTES;
    if (large) {
      putChunk(1, 0, bytes);
    }
    newHead(large ? 1 : 0, large ? NOTHING : bytes);
  }

  /** Makes a chunk of the first bytes in the head, and more. */
  private void putChunk(int number, int fromHead, ByteSpan bytes) {
    int length = Math.addExact(CHUNK_HEADER_BYTES + fromHead, bytes.length());
    records.put(number, length, length, other);
    int at = other.valueAt();
    other.buffer().put(at, RecordKind.LIST_CHUNK);
    if (fromHead > 0) {
      other
          .buffer()
          .put(at + CHUNK_HEADER_BYTES, head.buffer(), head.valueAt() + HEAD_BYTES, fromHead);
    }
    write(other, CHUNK_HEADER_BYTES + fromHead, bytes);
  }

  /** Gives the head, which is there, other content. */
  private void putHead(int chunks, ByteSpan bytes) {
    int length = HEAD_BYTES + bytes.length();
    if (head.mutable() && length <= head.capacity()) {
      head.setValueLength(length);
      head.buffer().putInt(head.valueAt() + 1, chunks);
      write(head, HEAD_BYTES, bytes);
    } else {
      newHead(chunks, bytes);
    }
  }

  private void newHead(int chunks, ByteSpan bytes) {
    int length = HEAD_BYTES + bytes.length();
    records.put(0, length, capacity(length), other);
    other.buffer().put(other.valueAt(), RecordKind.LIST_HEAD);
    other.buffer().putInt(other.valueAt() + 1, chunks);
    write(other, HEAD_BYTES, bytes);
  }

  private static void write(RecordView to, int at, ByteSpan bytes) {
    to.buffer().put(to.valueAt() + at, bytes.array(), bytes.offset(), bytes.length());
  }

  /** The next power of two: a list that grows is moved as many times as its length has bits. */
  private static int capacity(int length) {
    return Math.max(HEAD_CAPACITY_MIN, Integer.highestOneBit(length - 1) << 1);
  }

  @Override
  public boolean clear(int keyGroup, ByteSpan key) {
    records.select(table, keyGroup, key);
    if (!records.find(0, head)) {
      return false;
    }
    removeChunks();
    records.remove(head, 0);
    return true;
  }

  private void removeChunks() {
    int chunks = chunks();
    for (int i = 1; i <= chunks; i++) {
      if (!records.remove(i)) {
        throw malformed(chunks + " chunks, without number " + i);
      }
    }
  }

  @Override
  public boolean contains(int keyGroup, ByteSpan key) {
    records.select(table, keyGroup, key);
    return records.find(0, head);
  }

  @Override
  public KeyCursor keys() {
    return new KeyCursor(records, table);
  }

  /** The number of chunks that the head tells. */
  private int chunks() {
    int length = head.valueLength();
    int kind = length < HEAD_BYTES ? 0 : head.buffer().get(head.valueAt());
    int chunks = length < HEAD_BYTES ? 0 : head.buffer().getInt(head.valueAt() + 1);
    if (kind != RecordKind.LIST_HEAD || chunks < 0) {
      throw malformed("kind " + kind + ", " + length + " bytes and " + chunks + " chunks");
    }
    return chunks;
  }

  private CorruptionException malformed(String found) {
    return new CorruptionException("of keyed state, record", head.address(), "a list", found);
  }
}
