package io.varve.log;

import io.varve.base.CorruptionException;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.format.SparseIndex;
import io.varve.io.BufferPool;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Walks the batches of one segment up to a limit, which may move on as the segment grows. A batch
 * that is skipped is not read; while one is being worked on, the next ones may be read ahead.
 *
 * <p>Thread: confined to one.
 */
public final class SegmentReader implements Closeable {

  private static final long ANY = -1;

  /** Behind a batch that is skipped and so long, only a header is read. */
  private static final int HOP_BYTES_MIN = 64 << 10;

  /** A block is read at once unless it is longer. */
  private static final long BLOCK_BYTES_MAX = 1 << 20;

  private final ReadWindow window;
  private final String path;
  private final long epoch;
  private final BatchHeader header = new BatchHeader();

  private long position = SegmentHeader.BYTES;
  private long limit = SegmentHeader.BYTES;
  private long lastOffset;

  // Where to go on: how far one read is to reach there, and with which offset the batch begins.
  private long likelyEnd;
  private long baseOffset = ANY;

  /** Whoever has just gone to a block may want no more than one batch. */
  private boolean sought;

  private boolean hopping;

  private SegmentReader(ReadWindow window, String path, long epoch, long firstOffset) {
    this.window = window;
    this.path = path;
    this.epoch = epoch;
    this.lastOffset = firstOffset - 1;
  }

  /**
   * Opens a segment and checks that its header is the one that its name promises.
   *
   * @param ahead who reads ahead, or null for nobody
   * @throws java.nio.file.NoSuchFileException if the file isn't there
   */
  public static SegmentReader open(
      Directory directory, String name, BufferPool pool, @Nullable Executor ahead)
      throws IOException {
    String path = directory.path() + "/" + name;
    ReadFile file = directory.open(name);
    SegmentReader reader = null;
    try {
      ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
      file.read(bytes, 0);
      SegmentHeader header = SegmentHeader.decode(bytes.flip(), path);
      if (!header.fileName().equals(name)) {
        throw new CorruptionException(
            path, 0, "the header of " + name, "that of " + header.fileName());
      }
      reader =
          new SegmentReader(
              new ReadWindow(file, path, pool, ahead), path, header.epoch(), header.firstOffset());
      return reader;
    } finally {
      if (reader == null) {
        file.close();
      }
    }
  }

  /**
   * Opens a segment that is read by its index, which says of which segment and format it is: from
   * the header, which would take a read of its own, nothing more is to be learned. {@link
   * #position} comes first.
   *
   * @param ahead who reads ahead, or null for nobody
   * @throws java.nio.file.NoSuchFileException if the file isn't there
   */
  public static SegmentReader openIndexed(
      Directory directory, SegmentEntry segment, BufferPool pool, @Nullable Executor ahead)
      throws IOException {
    String path = directory.path() + "/" + segment.fileName();
    ReadFile file = directory.open(segment.fileName());
    return new SegmentReader(
        new ReadWindow(file, path, pool, ahead), path, segment.epoch(), segment.firstOffset());
  }

  /** Shows batches up to this position from now on. */
  public void limit(long end) {
    limit = end;
  }

  public long limit() {
    return limit;
  }

  /** Where the next batch begins. */
  public long position() {
    return position;
  }

  /** Goes on at a position, where a batch should begin. */
  public void position(long at) {
    position = at;
    lastOffset = -1;
    baseOffset = ANY;
    hopping = false;
  }

  /** Goes on where a block of the segment's index begins, or at the limit behind the last. */
  public void position(SparseIndex index, int block) {
    if (block == index.count()) {
      position(limit);
      return;
    }
    position(index.position(block));
    baseOffset = index.baseOffset(block);
    sought = true;
    long end = block + 1 < index.count() ? index.position(block + 1) : limit;
    likelyEnd = Math.min(end, position + BLOCK_BYTES_MAX);
  }

  /**
   * Goes on where a batch begins.
   *
   * @param offset of its first event
   * @param end where what is going to be read ends
   */
  public void position(long at, long offset, long end) {
    position(at);
    baseOffset = offset;
    sought = true;
    likelyEnd = Math.min(Math.min(end, limit), position + BLOCK_BYTES_MAX);
  }

  /** The segment's path, for messages. */
  public String path() {
    return path;
  }

  /**
   * Reads the next batch's header without moving on, or returns null at the limit. The header is
   * the same object each time.
   */
  public @Nullable BatchHeader peek() {
    if (position >= limit) {
      return null;
    }
    int at = window.fetch(position, BatchHeader.BYTES, likely(BatchHeader.BYTES), limit);
    header.decode(window.bytes(), at, epoch, path, position);
    if (header.totalBytes() > limit - position) {
      throw new CorruptionException(
          path,
          position,
          "a batch that ends by byte " + limit,
          "one of " + header.totalBytes() + " bytes");
    }
    if (header.baseOffset() <= lastOffset) {
      throw new CorruptionException(
          path,
          position,
          "a batch whose offsets are above " + lastOffset,
          "one that begins with " + header.baseOffset());
    }
    if (baseOffset != ANY && header.baseOffset() != baseOffset) {
      throw new CorruptionException(
          path,
          position,
          "a batch that begins with " + baseOffset + ", as the index says",
          "one that begins with " + header.baseOffset());
    }
    return header;
  }

  /** How much to read at once where {@code count} bytes are needed. */
  private int likely(int count) {
    return hopping
        ? count
        : Piece.bytes((int) Math.max(count, likelyEnd - position), limit - position);
  }

  /** Moves past the batch that {@link #peek} showed, without reading it. */
  public void skip() {
    moveOn();
    hopping = header.totalBytes() >= HOP_BYTES_MIN;
  }

  private void moveOn() {
    position += header.totalBytes();
    lastOffset = header.lastOffset();
    baseOffset = ANY;
  }

  /**
   * Loads the batch that {@link #peek} showed into {@code cursor} and moves past it. The cursor's
   * view holds until this reader's next call.
   */
  public void load(BatchCursor cursor) {
    int at = window.fetch(position, header.totalBytes(), likely(header.totalBytes()), limit);
    cursor.load(header, window.bytes(), at + BatchHeader.BYTES, path, position);
    moveOn();
    hopping = false;
    if (!sought) {
      window.readAhead(limit);
    }
    sought = false;
  }

  /**
   * Checks the payload of the batch that {@link #peek} showed and moves past it.
   *
   * @return header and payload as they stand in the file; they hold until this reader's next call
   */
  ByteBuffer verify() {
    int at = window.fetch(position, header.totalBytes(), likely(header.totalBytes()), limit);
    BatchCursor.checkPayload(header, window.bytes(), at + BatchHeader.BYTES, path, position);
    moveOn();
    hopping = false;
    return window.bytes().slice(at, header.totalBytes());
  }

  @Override
  public void close() throws IOException {
    window.close();
  }
}
