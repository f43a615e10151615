package io.varve.state;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Some records of one group of a snapshot's file, read into one buffer and checked.
 *
 * <p>Thread: confined to one at a time, which hands it on through a queue.
 */
final class SnapshotBatch {

  /** The most that a batch holds, but for a single record that is larger. */
  private static final int BYTES_MAX = 1 << 17;

  private static final int RECORDS_MAX = 1024;

  /** Reading so many bytes in between costs less than another read. */
  private static final int GAP_BYTES_MAX = 4096;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private ByteBuffer buffer = NOTHING;
  private final int[] offsets = new int[RECORDS_MAX];
  private final int[] sizes = new int[RECORDS_MAX];
  private final long[] positions = new long[RECORDS_MAX];
  private int records;
  private int used;

  /** Whether the group ends with it. */
  private boolean last;

  /** Why there is nothing in it; null: there is. */
  private @Nullable Throwable failure;

  void clear() {
    records = 0;
    used = 0;
    last = false;
    failure = null;
  }

  /** Adds a record to be read; false if it is full. */
  boolean add(long position, int bytes) {
    int gap = gapBefore(position);
    if (records > 0 && (records == RECORDS_MAX || used + (long) gap + bytes > BYTES_MAX)) {
      return false;
    }
    offsets[records] = used + gap;
    sizes[records] = bytes;
    positions[records++] = position;
    used += gap + bytes;
    return true;
  }

  /** Bytes between the last record and that place, if they are read too. */
  private int gapBefore(long position) {
    if (records == 0) {
      return 0;
    }
    long gap = position - positions[records - 1] - sizes[records - 1];
    return gap < 0 || gap > GAP_BYTES_MAX ? 0 : (int) gap;
  }

  /** Reads and checks the records that were added. */
  void read(StateFile file, int keyGroup, int table) {
    makeRoom(used);
    for (int from = 0; from < records; ) {
      int until = from + 1;
      while (until < records
          && positions[until] - positions[from] == offsets[until] - offsets[from]) {
        until++;
      }
      int end = offsets[until - 1] + sizes[until - 1];
      file.read(positions[from], buffer, offsets[from], end - offsets[from]);
      from = until;
    }
    for (int i = 0; i < records; i++) {
      check(file, i);
      int at = offsets[i];
      if (RecordLayout.keyGroup(buffer, at) != keyGroup
          || RecordLayout.table(buffer, at) != table) {
        throw new CorruptionException(
            file.name(),
            positions[i],
            "a record of key group " + keyGroup + " and table " + table + ", as the footer tells",
            "key group "
                + RecordLayout.keyGroup(buffer, at)
                + " and table "
                + RecordLayout.table(buffer, at));
      }
    }
  }

  /** Reads and checks one record alone. */
  void readOne(StateFile file, long position, int bytes) {
    clear();
    add(position, bytes);
    makeRoom(bytes);
    file.read(position, buffer, 0, bytes);
    check(file, 0);
  }

  private void makeRoom(int bytes) {
    if (buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(Math.max(bytes, BYTES_MAX)).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private void check(StateFile file, int record) {
    int at = offsets[record];
    int bytes = sizes[record];
    int found = file.checkedBytes(buffer, at, positions[record], bytes);
    if (found != bytes) {
      throw new CorruptionException(
          file.name(), positions[record], "a record of " + bytes + " bytes", found + " bytes");
    }
    file.checkRecord(buffer, at, positions[record]);
  }

  /** Notes that the group has no more. */
  void end() {
    last = true;
  }

  void fail(Throwable failure) {
    this.failure = failure;
  }

  /** Whether its group ends with it. */
  boolean last() {
    return last;
  }

  /** Throws why there is nothing in it, if so it is. */
  void checkRead() {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  int records() {
    return records;
  }

  ByteBuffer buffer() {
    return buffer;
  }

  /** Where the record is in the buffer. */
  int at(int record) {
    return offsets[record];
  }

  /** Where the record is in its file. */
  long position(int record) {
    return positions[record];
  }
}
