package io.varve.state;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * A list a key, to which bytes are appended and that is read as a whole.
 *
 * <p>The head, a record with suffix 0, holds the list's last bytes; those before are in chunks,
 * records with suffixes from 1 on. Few bytes are appended to the head in place, which doubles until
 * it is large, then all that is in it goes to a new chunk and it begins anew. So a small list is
 * one record. Many bytes at once go to a chunk with what is in the head, and those that follow to
 * the last chunk as long as that can be changed in place. Appending reads no chunk: of a list that
 * is large and on disk it looks into the head only, which is few bytes then.
 *
 * <p>A sealed head is written anew when something is appended. If there is much in it, that goes to
 * a chunk on the occasion, so that no byte is copied again and again, snapshot after snapshot.
 *
 * <p>Chunks on disk are read together. If many lists are read whose chunks lie apart, cleaning puts
 * those of each side by side ({@link Grouping}).
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

  /** So many bytes in a sealed head are not copied but made a chunk, and so are as many at once. */
  private static final int SETTLED_BYTES = 512;

  /** Chunks that can be changed in place grow up to so many bytes. */
  private static final int CHUNK_BYTES_MAX = 4096;

  /** More is not read in the expectation that a chunk is so large. */
  private static final int EXPECTED_BYTES_MAX = 8 << 10;

  private static final int HEAD_CAPACITY_MIN = 32;

  private static final ByteSpan NOTHING = new ByteSpan();

  private final RecordStore records;
  private final int table;
  private final RecordView head = new RecordView();
  private final RecordView other = new RecordView();
  private final RecordView larger = new RecordView();

  /** How large a chunk is likely to be. */
  private int expectedBytes;

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
    RecordBatch batch = records.batch;
    boolean ahead = false;
    for (int i = 1; i <= chunks; i++) {
      if (i < chunks && !(ahead && batch.reaches(i))) {
        ahead = readAhead(i, chunks);
      }
      if (ahead && batch.wasAdded(i) && batch.at() >= 0) {
        appendChunk(i, batch.buffer(), batch.at(), target);
      } else {
        if (!records.find(i, other)) {
          throw malformed(chunks + " chunks, without number " + i);
        }
        appendChunk(i, other.buffer(), other.at(), target);
      }
    }
    append(head.buffer(), head.at(), HEAD_BYTES, target);
    return true;
  }

  /** Reads chunks from that number on into the batch; whether there is room for any. */
  private boolean readAhead(int from, int chunks) {
    if (records.batch.begin() == 0) {
      return false;
    }
    // As large as the last one, perhaps.
    int expected = Math.min(EXPECTED_BYTES_MAX, Math.max(SETTLED_BYTES, expectedBytes));
    int to = Math.min(chunks, from + RecordBatch.RECORDS_MAX - 1);
    for (int i = from; i <= to; i++) {
      records.touch(i);
    }
    for (int i = from; i <= to && records.addToBatch(i, i, expected); i++) {
      // One more.
    }
    records.readBatch();
    return true;
  }

  private void appendChunk(int number, ByteBuffer from, int record, ByteSpan target) {
    int valueAt = RecordLayout.valueAt(from, record);
    if (ListRecords.isHead(from, valueAt, RecordLayout.valueLength(from, record))) {
      throw malformed("a head in place of chunk " + number);
    }
    expectedBytes = Math.max(RecordLayout.bytes(from, record), expectedBytes - expectedBytes / 8);
    append(from, record, CHUNK_HEADER_BYTES, target);
  }

  private static void append(ByteBuffer from, int record, int header, ByteSpan target) {
    int length = RecordLayout.valueLength(from, record) - header;
    target.append(from, RecordLayout.valueAt(from, record) + header, Math.max(0, length));
  }

  /** Appends bytes to the key's list. */
  public void append(int keyGroup, ByteSpan key, ByteSpan bytes) {
    records.select(table, keyGroup, key);
    try {
      append(bytes);
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  private void append(ByteSpan bytes) {
    if (!records.find(0, head)) {
      begin(bytes);
      return;
    }
    int before = head.valueLength();
    long after = (long) before + bytes.length();
    if (head.mutable() && after <= head.capacity() && bytes.length() <= SETTLED_BYTES) {
      head.setValueLength((int) after);
      write(head, before, bytes);
      return;
    }
    int chunks = chunks();
    boolean many = bytes.length() > SETTLED_BYTES;
    if (many && before == HEAD_BYTES && chunks > 0 && appendToChunk(chunks, bytes)) {
      return;
    }
    if (many || after > HEAD_BYTES_MAX || (before > SETTLED_BYTES && !head.mutable())) {
      putChunk(chunks + 1, before - HEAD_BYTES, many ? bytes : NOTHING);
      putHead(chunks + 1, many ? NOTHING : bytes);
    } else {
      copyHead(before, (int) after);
      write(other, before, bytes);
    }
  }

  /** Appends to a chunk in place; false if it is sealed or full. */
  private boolean appendToChunk(int number, ByteSpan bytes) {
    if (!records.findMutable(number, other)) {
      return false;
    }
    int before = other.valueLength();
    long after = (long) before + bytes.length();
    RecordView to = other;
    if (after <= other.capacity()) {
      other.setValueLength((int) after);
    } else if (after <= CHUNK_BYTES_MAX) {
      to = larger;
      records.put(PageKind.CONTENT, number, (int) after, capacity((int) after), to);
      to.buffer().put(to.valueAt(), other.buffer(), other.valueAt(), before);
    } else {
      return false;
    }
    write(to, before, bytes);
    return true;
  }

  /** Makes a larger copy of the head, what was in it in front; the old one can still be read. */
  private void copyHead(int before, int after) {
    records.foundAt(0, head.address(), head.bytes());
    records.put(PageKind.NODES, 0, after, capacity(after), other);
    other.buffer().put(other.valueAt(), head.buffer(), head.valueAt(), before);
  }

  /** Replaces all that is in the key's list. */
  public void put(int keyGroup, ByteSpan key, ByteSpan bytes) {
    records.select(table, keyGroup, key);
    try {
      put(bytes);
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  private void put(ByteSpan bytes) {
    // Before the chunks go.
    records.checkFits((long) CHUNK_HEADER_BYTES + bytes.length());
    if (!records.find(0, head)) {
      begin(bytes);
      return;
    }
    removeChunks();
    if (bytes.length() > SETTLED_BYTES) {
      putChunk(1, 0, bytes);
      putHead(1, NOTHING);
    } else {
      putHead(0, bytes);
    }
  }

  private void begin(ByteSpan bytes) {
    boolean large = bytes.length() > SETTLED_BYTES;
    if (large) {
      putChunk(1, 0, bytes);
    }
    newHead(large ? 1 : 0, large ? NOTHING : bytes);
  }

  /** Makes a chunk of the first bytes in the head, and more. */
  private void putChunk(int number, int fromHead, ByteSpan bytes) {
    records.checkFits((long) CHUNK_HEADER_BYTES + fromHead + bytes.length());
    int length = CHUNK_HEADER_BYTES + fromHead + bytes.length();
    records.put(PageKind.CONTENT, number, length, length, other);
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
      records.foundAt(0, head.address(), head.bytes());
      newHead(chunks, bytes);
    }
  }

  private void newHead(int chunks, ByteSpan bytes) {
    int length = HEAD_BYTES + bytes.length();
    int capacity = bytes.length() == 0 ? length : capacity(length);
    records.put(PageKind.NODES, 0, length, capacity, other);
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
    try {
      if (!records.find(0, head)) {
        return false;
      }
      removeChunks();
      records.remove(head, 0);
      return true;
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
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
