package io.varve.log;

import io.varve.format.BatchBuilder;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentFooter;
import io.varve.format.SegmentHeader;
import io.varve.format.SparseIndex;
import io.varve.io.Directory;
import io.varve.io.WriteFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A segment being written. Thread: confined to one at a time. */
public final class SegmentWriter implements Closeable {

  private final Directory directory;
  private final SegmentHeader header;
  private final WriteFile file;
  private final SparseIndex.Builder index;

  private int batches;
  private long events;
  private long lastOffset = -1;
  private long minTimestampMs = Long.MAX_VALUE;
  private long maxTimestampMs = Long.MIN_VALUE;

  private SegmentWriter(
      Directory directory, SegmentHeader header, WriteFile file, int indexIntervalBytes) {
    this.directory = directory;
    this.header = header;
    this.file = file;
    this.index = new SparseIndex.Builder(indexIntervalBytes);
  }

  /** Creates the file with its header. Nothing is durable yet. */
  public static SegmentWriter create(
      Directory directory, SegmentHeader header, int indexIntervalBytes) throws IOException {
    WriteFile file = directory.create(header.fileName());
    boolean done = false;
    try {
      file.append(header.encode());
      done = true;
      return new SegmentWriter(directory, header, file, indexIntervalBytes);
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  /** Writes a batch that is encoded already. */
  public void append(BatchBuilder batch, ByteBuffer encoded) throws IOException {
    append(
        encoded,
        batch.baseOffset(),
        batch.lastOffset(),
        batch.minTimestampMs(),
        batch.maxTimestampMs(),
        batch.count());
  }

  /** Writes a batch that was salvaged from another segment. */
  public void append(SegmentSalvage.Batch batch, ByteBuffer encoded) throws IOException {
    append(
        encoded,
        batch.baseOffset(),
        batch.lastOffset(),
        batch.minTimestampMs(),
        batch.maxTimestampMs(),
        batch.events());
  }

  private void append(
      ByteBuffer encoded, long baseOffset, long last, long minMs, long maxMs, int count)
      throws IOException {
    long position = file.length();
    file.append(encoded);
    index.add(baseOffset, position, minMs, maxMs);
    batches++;
    events += count;
    lastOffset = last;
    minTimestampMs = Math.min(minTimestampMs, minMs);
    maxTimestampMs = Math.max(maxTimestampMs, maxMs);
  }

  /** Returns when all that was appended is durable. */
  public void force() throws IOException {
    file.force();
  }

  /**
   * Writes the footer and the index, durably, and closes the file. The index's directory entry
   * becomes durable with the directory's next sync.
   */
  public SegmentEntry seal() throws IOException {
    long endPosition = file.length();
    file.append(
        new SegmentFooter(batches, endPosition, lastOffset, events, minTimestampMs, maxTimestampMs)
            .encode());
    file.force();
    file.close();
    SegmentEntry entry =
        new SegmentEntry(
            header.firstOffset(),
            header.epoch(),
            endPosition,
            lastOffset,
            events,
            minTimestampMs,
            maxTimestampMs,
            header.createdMs(),
            true,
            header.epoch(),
            header.rewrite(),
            SegmentEntry.DIRTY,
            false);
    directory.writeAll(
        entry.indexName(),
        index.build().encode(header.firstOffset(), header.epoch(), header.rewrite()));
    return entry;
  }

  /** Where the last batch ends. */
  public long endPosition() {
    return file.length();
  }

  public long events() {
    return events;
  }

  public SegmentHeader header() {
    return header;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
