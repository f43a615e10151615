package io.varve.state;

import io.varve.base.BadEventException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Goes through the keys under which a table keeps something, in no order, while the table may
 * change. A key that is there from the first call of {@link #next} to the last is shown once; one
 * that comes or goes meanwhile is shown once or not at all.
 *
 * <p>It goes by hash, a block of the index at a time, and copies that block's keys: some hundreds.
 * A block that splits meanwhile leaves its begin where it is, so that the place to go on at holds.
 *
 * <p>Thread: the store's owner.
 */
public final class KeyCursor {

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int GROUP_BYTES = 2;
  private static final int HEADER_BYTES = GROUP_BYTES + 4;

  private static final int BYTES_MAX = Integer.MAX_VALUE - 8;

  private final RecordStore records;
  private final int table;
  private int nextHash;

  // Keys that were copied, packed: key group, length, key.
  private byte[] copies = new byte[1024];
  private int end;
  private int at;

  private int keyGroup;
  private final ByteSpan key = new ByteSpan();

  KeyCursor(RecordStore records, int table) {
    this.records = records;
    this.table = table;
  }

  /** Moves to the next key; false behind the last. */
  public boolean next() {
    while (at == end) {
      if (nextHash == KeyIndex.HASHES) {
        return false;
      }
      at = 0;
      end = 0;
      nextHash = records.copyKeys(table, nextHash, this);
    }
    keyGroup = (copies[at] & 0xff) << 8 | (copies[at + 1] & 0xff);
    int length = (int) INTS.get(copies, at + GROUP_BYTES);
    key.wrap(copies, at + HEADER_BYTES, length);
    at += HEADER_BYTES + length;
    return true;
  }

  /** The key group of the key. */
  public int keyGroup() {
    return keyGroup;
  }

  /** The key's bytes, valid until {@link #next} is called. */
  public ByteSpan key() {
    return key;
  }

  /** Keeps a copy of the key in a record. */
  void copy(RecordView record) {
    int length = RecordLayout.keyLength(record.buffer(), record.at());
    long needed = (long) end + HEADER_BYTES + length;
    if (needed > copies.length) {
      copies = Arrays.copyOf(copies, larger(needed));
    }
    int group = RecordLayout.keyGroup(record.buffer(), record.at());
    copies[end] = (byte) (group >>> 8);
    copies[end + 1] = (byte) group;
    INTS.set(copies, end + GROUP_BYTES, length);
    record.buffer().get(RecordLayout.keyAt(record.at()), copies, end + HEADER_BYTES, length);
    end = (int) needed;
  }

  private int larger(long needed) {
    if (needed > BYTES_MAX) {
      throw new BadEventException(
          "Keys of one state are too long to go through: some hundreds of them exceed 2 GB");
    }
    return (int) Math.max(needed, Math.min(BYTES_MAX, copies.length * 2L));
  }
}
