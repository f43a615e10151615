package io.varve.log;

import io.varve.base.CorruptionException;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.io.BufferPool;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What can still be read of a damaged segment. A batch counts if the checksums of its header and of
 * its payload are right and its offsets lie behind those of the batch before. Behind one that
 * doesn't, the next is looked for: first where a header that is sound says that it begins, then
 * byte by byte.
 *
 * <p>Thread: confined to one.
 */
public final class SegmentSalvage implements Closeable {

  private static final int SEARCH_BYTES = 1 << 16;

  private final SegmentEntry segment;
  private final String path;
  private final ReadFile file;
  private final BufferPool pool;
  private final long end;
  private final BatchHeader header = new BatchHeader();
  private final ByteBuffer head =
      ByteBuffer.allocate(BatchHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private SegmentSalvage(
      SegmentEntry segment, String path, ReadFile file, BufferPool pool, long end) {
    this.segment = segment;
    this.path = path;
    this.file = file;
    this.pool = pool;
    this.end = end;
  }

  /**
   * A batch that can be read.
   *
   * @param position where in the file it begins
   * @param bytes header and payload
   * @param baseOffset the offset of its first event
   * @param lastOffset the offset of its last event
   * @param minTimestampMs the lowest timestamp, {@link Long#MAX_VALUE} if no event has one
   * @param maxTimestampMs the highest timestamp, {@link Long#MIN_VALUE} if no event has one
   * @param events how many events it holds
   */
  public record Batch(
      long position,
      int bytes,
      long baseOffset,
      long lastOffset,
      long minTimestampMs,
      long maxTimestampMs,
      int events) {}

  /**
   * Opens a segment whose header may be damaged too.
   *
   * @throws java.nio.file.NoSuchFileException if the file isn't there
   */
  public static SegmentSalvage open(Directory directory, SegmentEntry segment, BufferPool pool)
      throws IOException {
    String path = directory.path() + "/" + segment.fileName();
    ReadFile file = directory.open(segment.fileName());
    SegmentSalvage salvage = null;
    try {
      long end = Math.min(segment.endPosition(), file.length());
      salvage = new SegmentSalvage(segment, path, file, pool, end);
      return salvage;
    } finally {
      if (salvage == null) {
        file.close();
      }
    }
  }

  /** The batches that can be read, by rising offsets. */
  public List<Batch> readable() throws IOException {
    List<Batch> batches = new ArrayList<>();
    long position = SegmentHeader.BYTES;
    long lastOffset = segment.firstOffset() - 1;
    while (position < end) {
      if (isBatch(position, lastOffset)) {
        Batch batch =
            new Batch(
                position,
                header.totalBytes(),
                header.baseOffset(),
                header.lastOffset(),
                header.minTimestampMs(),
                header.maxTimestampMs(),
                header.count());
        batches.add(batch);
        lastOffset = batch.lastOffset();
        position += batch.bytes();
      } else {
        position = next(position, lastOffset);
      }
    }
    return batches;
  }

  /** Where the next batch behind the damaged one at {@code position} begins; the end if none. */
  private long next(long position, long lastOffset) throws IOException {
    if (isHeader(position, lastOffset)) {
      long behind = position + header.totalBytes();
      if (behind == end || isBatch(behind, lastOffset)) {
        return behind;
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(SEARCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long from = position + 1; from < end; from += SEARCH_BYTES - Integer.BYTES + 1) {
      file.read(bytes.clear().limit((int) Math.min(SEARCH_BYTES, end - from)), from);
      for (int at = 0; at <= bytes.position() - Integer.BYTES; at++) {
        if (BatchHeader.beginsAt(bytes, at) && isBatch(from + at, lastOffset)) {
          return from + at;
        }
      }
    }
    return end;
  }

  private boolean isHeader(long position, long lastOffset) throws IOException {
    if (end - position < BatchHeader.BYTES) {
      return false;
    }
    file.read(head.clear(), position);
    try {
      header.decode(head, 0, segment.epoch(), path, position);
    } catch (CorruptionException e) {
      return false;
    }
    return header.totalBytes() <= end - position
        && header.baseOffset() > lastOffset
        && header.lastOffset() <= segment.lastOffset();
  }

  private boolean isBatch(long position, long lastOffset) throws IOException {
    if (!isHeader(position, lastOffset)) {
      return false;
    }
    ByteBuffer payload = pool.take(header.payloadBytes());
    try {
      file.read(payload.limit(header.payloadBytes()), position + BatchHeader.BYTES);
      BatchCursor.checkPayload(header, payload, 0, path, position);
      return true;
    } catch (CorruptionException e) {
      return false;
    } finally {
      pool.give(payload);
    }
  }

  /**
   * Hands on a batch as it stands in a segment that another epoch writes; the bytes hold until
   * {@code to} returns.
   */
  public void copy(Batch batch, long epoch, SegmentScan.Sink to) throws IOException {
    ByteBuffer bytes = pool.take(batch.bytes());
    try {
      file.read(bytes.limit(batch.bytes()), batch.position());
      BatchHeader.rename(bytes.flip(), epoch);
      to.accept(bytes);
    } finally {
      pool.give(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
