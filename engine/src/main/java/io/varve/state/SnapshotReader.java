package io.varve.state;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a snapshot that were alive, from its files, group by group; those that lie
 * close together are read at once. Every record is checked before it is shown.
 *
 * <p>Thread: confined to its user.
 */
final class SnapshotReader {

  /** Reading so many bytes in between costs less than another read. */
  private static final int GAP_BYTES_MAX = 4096;

  /** The most that is read at once, but for a single record that is larger. */
  private static final int RUN_BYTES_MAX = 1 << 17;

  private static final int RUN_RECORDS_MAX = 1024;

  private ByteBuffer buffer =
      ByteBuffer.allocateDirect(RUN_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);

  private @Nullable SnapshotPart part;
  private int keyGroup;
  private int table;

  /** What the footer tells of the group's records. */
  private StateFooter.@Nullable Records records;

  /** Whether {@link #records} is at one that belongs to the next run. */
  private boolean waiting;

  // The run that is in the buffer.
  private long runPosition;
  private int runRecords;
  private int next;
  private final int[] offsets = new int[RUN_RECORDS_MAX];
  private final int[] sizes = new int[RUN_RECORDS_MAX];

  private int at;

  /** Goes before the first record of a file's group. */
  void begin(SnapshotPart part, int group) {
    this.part = part;
    keyGroup = part.footer().keyGroup(group);
    table = part.footer().table(group);
    records = part.footer().records(group);
    waiting = false;
    runRecords = 0;
    next = 0;
  }

  /** Shows the group's next record; false if there is none. */
  boolean next() {
    SnapshotPart from = part;
    StateFooter.Records group = records;
    if (from == null || group == null || (next == runRecords && !readRun(from, group))) {
      return false;
    }
    at = offsets[next];
    check(from.file(), position(), sizes[next]);
    next++;
    if (RecordLayout.keyGroup(buffer, at) != keyGroup || RecordLayout.table(buffer, at) != table) {
      throw new CorruptionException(
          from.file().name(),
          position(),
          "a record of key group " + keyGroup + " and table " + table + ", as the footer tells",
          "key group "
              + RecordLayout.keyGroup(buffer, at)
              + " and table "
              + RecordLayout.table(buffer, at));
    }
    return true;
  }

  private boolean readRun(SnapshotPart from, StateFooter.Records group) {
    runRecords = 0;
    next = 0;
    long end = 0;
    while (waiting || group.next()) {
      waiting = false;
      if (!from.alive(group.page, group.at)) {
        continue;
      }
      long position = from.position(group.page, group.at);
      if (runRecords == 0) {
        runPosition = position;
      } else if (runRecords == RUN_RECORDS_MAX
          || position - end > GAP_BYTES_MAX
          || position + group.bytes - runPosition > RUN_BYTES_MAX) {
        waiting = true;
        break;
      }
      offsets[runRecords] = (int) (position - runPosition);
      sizes[runRecords++] = group.bytes;
      end = position + group.bytes;
    }
    if (runRecords == 0) {
      return false;
    }
    fill(from.file(), runPosition, (int) (end - runPosition));
    return true;
  }

  /** Shows one record that was shown before. */
  void read(StateFile file, long position, int bytes) {
    runPosition = position;
    runRecords = 0;
    next = 0;
    at = 0;
    fill(file, position, bytes);
    check(file, position, bytes);
  }

  private void fill(StateFile file, long position, int bytes) {
    if (buffer.capacity() < bytes) {
      int enough = Math.max(bytes, (int) Math.min(1 << 30, buffer.capacity() * 2L));
      buffer = ByteBuffer.allocateDirect(enough).order(ByteOrder.LITTLE_ENDIAN);
    }
    file.read(position, buffer, 0, bytes);
  }

  private void check(StateFile file, long position, int bytes) {
    int found = file.checkedBytes(buffer, at, position, bytes);
    if (found != bytes) {
      throw new CorruptionException(
          file.name(), position, "a record of " + bytes + " bytes", found + " bytes");
    }
    file.checkRecord(buffer, at, position);
  }

  /** Where the record shown last is in its file. */
  long position() {
    return runPosition + at;
  }

  int bytes() {
    return RecordLayout.bytes(buffer, at);
  }

  /** What the record shown last is in, until another is shown. */
  ByteBuffer buffer() {
    return buffer;
  }

  int suffix() {
    return RecordLayout.suffix(buffer, at);
  }

  void key(ByteSpan target) {
    target.copy(buffer, RecordLayout.keyAt(at), RecordLayout.keyLength(buffer, at));
  }

  int valueAt() {
    return RecordLayout.valueAt(buffer, at);
  }

  int valueLength() {
    return RecordLayout.valueLength(buffer, at);
  }
}
