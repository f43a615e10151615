package io.varve.log;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.SegmentHeader;
import io.varve.io.BufferPool;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks the batches of one segment up to a limit, which may move on as the segment grows.
 *
 * <p>It reads ahead into one direct buffer: large batches exactly, small ones many at a time. A
 * batch that is skipped is not read.
 *
 * <p>Thread: confined to one.
 */
public final class SegmentReader implements Closeable {

  private static final int READ_BYTES_MIN = 128 << 10;

  private final ReadFile file;
  private final String path;
  private final long epoch;
  private final BufferPool pool;
  private final BatchHeader header = new BatchHeader();

  private ByteBuffer buffer;
  private long bufferStart;
  private int buffered;
  private long position = SegmentHeader.BYTES;
  private long limit = SegmentHeader.BYTES;
  private long lastOffset;

  private SegmentReader(
      ReadFile file, String path, SegmentHeader segment, BufferPool pool, ByteBuffer buffer) {
    this.file = file;
    this.path = path;
    this.epoch = segment.epoch();
    this.lastOffset = segment.firstOffset() - 1;
    this.pool = pool;
    this.buffer = buffer;
  }

  /**
   * Opens a segment and checks that its header is the one that its name promises.
   *
   * @throws java.nio.file.NoSuchFileException if the file isn't there
   */
  public static SegmentReader open(
      Directory directory, String name, long firstOffset, long epoch, BufferPool pool)
      throws IOException {
    String path = directory.path() + "/" + name;
    ReadFile file = directory.open(name);
    SegmentReader reader = null;
    ByteBuffer buffer = pool.take(READ_BYTES_MIN);
    try {
      buffer.limit(SegmentHeader.BYTES);
      file.read(buffer, 0);
      SegmentHeader header = SegmentHeader.decode(buffer.flip(), path);
      if (header.firstOffset() != firstOffset || header.epoch() != epoch) {
        throw new CorruptionException(
            path,
            0,
            "the header of first offset " + firstOffset + ", epoch " + epoch,
            "that of first offset " + header.firstOffset() + ", epoch " + header.epoch());
      }
      reader = new SegmentReader(file, path, header, pool, buffer);
      return reader;
    } finally {
      if (reader == null) {
        pool.give(buffer);
        file.close();
      }
    }
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

  /** Goes on at a batch that begins at {@code at}, as an index says. */
  public void position(long at) {
    position = at;
    lastOffset = -1;
  }

  /** The segment's path, for messages. */
  public String path() {
    return path;
  }

  /**
   * Reads the next batch's header without moving on, or returns null at the limit. The header is
   * the same object each time.
   */
  public @org.jspecify.annotations.Nullable BatchHeader peek() {
    if (position >= limit) {
      return null;
    }
    int at = fetch(BatchHeader.BYTES);
    header.decode(buffer, at, epoch, path, position);
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
    return header;
  }

  /** Moves past the batch that {@link #peek} showed, without reading it. */
  public void skip() {
    position += header.totalBytes();
    lastOffset = header.lastOffset();
  }

  /**
   * Loads the batch that {@link #peek} showed into {@code cursor} and moves past it. The cursor's
   * view holds until this reader's next call.
   */
  public void load(BatchCursor cursor) {
    int at = fetch(header.totalBytes());
    cursor.load(header, buffer, at + BatchHeader.BYTES, path, position);
    skip();
  }

  /** Checks the payload of the batch that {@link #peek} showed and moves past it. */
  void verify() {
    int at = fetch(header.totalBytes());
    BatchCursor.checkPayload(header, buffer, at + BatchHeader.BYTES, path, position);
    skip();
  }

  /** Makes {@code bytes} from the position on stand in the buffer and returns where. */
  private int fetch(int bytes) {
    long have = bufferStart + buffered - position;
    if (position >= bufferStart && have >= bytes) {
      return (int) (position - bufferStart);
    }
    if (position < bufferStart || have < 0) {
      have = 0;
    }
    int kept = (int) have;
    int wanted = (int) Math.min(Math.max(bytes, READ_BYTES_MIN), limit - position);
    if (wanted < bytes) {
      throw new CorruptionException(
          path, position, "a batch header before byte " + limit, (limit - position) + " bytes");
    }
    if (wanted > buffer.capacity()) {
      ByteBuffer larger = pool.take(wanted + BatchHeader.BYTES);
      copyKept(larger, kept);
      pool.give(buffer);
      buffer = larger;
    } else {
      copyKept(buffer, kept);
    }
    // A large batch is read with the header behind it, so that one read a batch does.
    int want = (int) Math.min((long) Math.max(wanted, bytes + BatchHeader.BYTES), limit - position);
    buffer.limit(Math.min(want, buffer.capacity())).position(kept);
    bufferStart = position;
    buffered = kept;
    try {
      buffered += file.read(buffer, position + kept);
    } catch (IOException e) {
      throw new StoreFailedException("Reading " + path + " at byte " + position + " failed", e);
    }
    buffer.clear();
    if (buffered < bytes) {
      throw new CorruptionException(
          path,
          position,
          "bytes up to " + limit + ", which were durable",
          "the end of the file at byte " + (position + buffered));
    }
    return 0;
  }

  private void copyKept(ByteBuffer to, int kept) {
    if (kept > 0) {
      to.put(0, buffer, (int) (position - bufferStart), kept);
    }
  }

  @Override
  public void close() throws IOException {
    pool.give(buffer);
    buffer = ByteBuffer.allocate(0);
    buffered = 0;
    file.close();
  }
}
