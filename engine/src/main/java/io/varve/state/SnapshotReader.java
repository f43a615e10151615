package io.varve.state;

import java.nio.ByteBuffer;

/**
 * Shows the records of a snapshot that were alive, one after another, group by group. Every record
 * is checked before it is shown.
 *
 * <p>Thread: confined to its user.
 */
final class SnapshotReader {

  /** Where batches come from, in the order of their groups. */
  interface Source {
    /** The next batch; the one before is the source's again. There must be one. */
    SnapshotBatch next();
  }

  /** Reads each batch when it is asked for. */
  static final class Direct implements Source {
    private final SnapshotBatches batches;
    private final SnapshotBatch batch = new SnapshotBatch();

    Direct(SnapshotBatches batches) {
      this.batches = batches;
    }

    @Override
    public SnapshotBatch next() {
      if (!batches.plan(batch)) {
        throw new IllegalStateException("there is no other group");
      }
      batches.read(batch);
      return batch;
    }
  }

  private final Source source;
  private SnapshotBatch batch;
  private int next;

  /** For records that are read alone. */
  private final SnapshotBatch single = new SnapshotBatch();

  // The record shown last.
  private SnapshotBatch shown = single;
  private int record;
  private int at;

  SnapshotReader(Source source) {
    this.source = source;
    this.batch = single;
  }

  /** Goes before the first record of the next group. */
  void begin() {
    batch = source.next();
    next = 0;
  }

  /** Shows the group's next record; false if there is none. */
  boolean next() {
    while (next == batch.records()) {
      if (batch.last()) {
        return false;
      }
      begin();
    }
    show(batch, next++);
    return true;
  }

  /** Shows one record that was shown before; its group must be at its end. */
  void read(StateFile file, long position, int bytes) {
    single.readOne(file, position, bytes);
    show(single, 0);
  }

  private void show(SnapshotBatch in, int number) {
    shown = in;
    record = number;
    at = in.at(number);
  }

  /** Where the record shown last is in its file. */
  long position() {
    return shown.position(record);
  }

  int bytes() {
    return RecordLayout.bytes(shown.buffer(), at);
  }

  /** What the record shown last is in, until another is shown. */
  ByteBuffer buffer() {
    return shown.buffer();
  }

  int suffix() {
    return RecordLayout.suffix(buffer(), at);
  }

  void key(ByteSpan target) {
    target.copy(buffer(), RecordLayout.keyAt(at), RecordLayout.keyLength(buffer(), at));
  }

  int valueAt() {
    return RecordLayout.valueAt(buffer(), at);
  }

  int valueLength() {
    return RecordLayout.valueLength(buffer(), at);
  }
}
