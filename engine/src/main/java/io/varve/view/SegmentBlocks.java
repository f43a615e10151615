package io.varve.view;

import io.varve.base.CorruptionException;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.CheckedBatch;
import io.varve.format.SegmentEntry;
import io.varve.format.SparseIndex;
import io.varve.io.ReadFile;
import io.varve.log.Indexes;
import io.varve.log.SegmentReader;
import io.varve.manifest.LogFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One segment, of which single blocks are read.
 *
 * <p>Thread: safe, but for {@link #grow}, which one calls at a time.
 */
final class SegmentBlocks implements Closeable {

  /** The largest batch, and before it as much as fits into a block that is not closed. */
  private static final long BLOCK_BYTES_MAX =
      BatchHeader.BYTES + (long) BatchHeader.PAYLOAD_BYTES_MAX + Indexes.INTERVAL_BYTES;

  private final LogFolder log;
  private final String name;
  private final String path;
  private final long epoch;
  private final long number;

  /** While the segment grows, or did when this was made: what walks its batches. */
  private @Nullable SegmentReader reader;

  private SparseIndex.@Nullable Builder growing;

  /** What is known of its blocks. */
  private volatile @Nullable Extent extent;

  private volatile @Nullable SegmentEntry sealed;
  private @Nullable ReadFile file;
  private boolean closed;

  /**
   * @param end where the last block ends
   */
  private record Extent(SparseIndex index, long end) {}

  /**
   * @param name its file
   * @param number tells it apart from other segments of the same view
   */
  SegmentBlocks(LogFolder log, String name, long epoch, long number) {
    this.log = log;
    this.name = name;
    this.path = log.directory().path() + "/" + name;
    this.epoch = epoch;
    this.number = number;
  }

  long number() {
    return number;
  }

  /** Says that it gets no more events. */
  void seal(SegmentEntry entry) throws IOException {
    if (growing != null && sealed == null) {
      grow(entry.endPosition());
      closeReader();
    }
    sealed = entry;
  }

  /** Says how far the segment goes by now. */
  void grow(long endPosition) throws IOException {
    SegmentReader walking = reader;
    SparseIndex.Builder blocks = growing;
    if (walking == null || blocks == null) {
      walking = SegmentReader.open(log.directory(), name, log.buffers(), null);
      blocks = new SparseIndex.Builder(Indexes.INTERVAL_BYTES);
      reader = walking;
      growing = blocks;
    }
    walking.limit(endPosition);
    for (BatchHeader batch = walking.peek(); batch != null; batch = walking.peek()) {
      blocks.add(
          batch.baseOffset(), walking.position(), batch.minTimestampMs(), batch.maxTimestampMs());
      walking.skip();
    }
    extent = new Extent(blocks.blocks(), endPosition);
  }

  /**
   * The number of the block that holds {@code offset} if the segment does; -1 if there is no block.
   *
   * @throws java.nio.file.NoSuchFileException if the segment has been deleted
   */
  int blockOf(long offset) throws IOException {
    SparseIndex index = extent().index();
    return index.count() == 0 ? -1 : index.blockOf(offset);
  }

  /** Whether that block will stay as it is. */
  boolean isComplete(int block) throws IOException {
    return sealed != null || block + 1 < extent().index().count();
  }

  private Extent extent() throws IOException {
    Extent known = extent;
    if (known == null) {
      SegmentEntry entry = sealed;
      if (entry == null) {
        throw new IllegalStateException(name + " is neither sealed nor grown");
      }
      known = new Extent(Indexes.load(log.directory(), entry, log.buffers()), entry.endPosition());
      extent = known;
    }
    return known;
  }

  /** Looks at batches in the memory into which they are read. */
  interface Walker {

    /** Whether a batch with these offsets is to be looked at. */
    boolean wants(long baseOffset, long lastOffset);

    /**
     * Looks at a batch, of which nothing but the header has been checked.
     *
     * @param at where its payload begins
     * @param position where in the file the batch begins, for errors
     */
    void walk(BatchHeader header, ByteBuffer bytes, int at, String file, long position);
  }

  /** Reads a block and shows the batches that are wanted of it. */
  void walk(int block, Walker walker) throws IOException {
    read(
        block,
        (bytes, length, position) -> {
          BatchHeader header = new BatchHeader();
          for (int at = 0; at < length; at += header.totalBytes()) {
            decodeHeader(header, bytes, at, length, position);
            if (walker.wants(header.baseOffset(), header.lastOffset())) {
              walker.walk(header, bytes, at + BatchHeader.BYTES, path, position + at);
            }
          }
          return block;
        });
  }

  /**
   * Reads a block and checks it.
   *
   * @param cursor where to decompress; what it stood on is lost
   * @throws java.nio.file.NoSuchFileException if the segment has been deleted
   * @throws ClosedChannelException if this has been closed meanwhile
   */
  Block read(int block, BatchCursor cursor) throws IOException {
    return read(block, (bytes, length, position) -> decode(bytes, length, position, cursor));
  }

  /** Makes something of a block's bytes, which are lent to it. */
  private interface Decoder<T> {
    T decode(ByteBuffer bytes, int length, long position);
  }

  private <T> T read(int block, Decoder<T> decoder) throws IOException {
    Extent known = extent();
    long position = known.index().position(block);
    long end = block + 1 < known.index().count() ? known.index().position(block + 1) : known.end();
    if (end - position > BLOCK_BYTES_MAX || end <= position) {
      throw new CorruptionException(
          path, position, "a block of at most " + BLOCK_BYTES_MAX + " bytes", "one up to " + end);
    }
    int length = (int) (end - position);
    ByteBuffer bytes = log.buffers().take(length);
    try {
      int found = file().read(bytes.limit(length), position);
      if (found < length) {
        throw new CorruptionException(
            path,
            position,
            "bytes up to " + end + ", which were durable",
            "the end of the file at byte " + (position + found));
      }
      return decoder.decode(bytes, length, position);
    } finally {
      log.buffers().give(bytes);
    }
  }

  private Block decode(ByteBuffer bytes, int length, long position, BatchCursor cursor) {
    BatchHeader header = new BatchHeader();
    List<CheckedBatch> batches = new ArrayList<>(1);
    int size = 0;
    for (int at = 0; at < length; at += header.totalBytes()) {
      decodeHeader(header, bytes, at, length, position);
      cursor.load(header, bytes, at + BatchHeader.BYTES, path, position + at);
      CheckedBatch batch = cursor.copy();
      batches.add(batch);
      size += batch.events().limit();
    }
    return new Block(batches, size);
  }

  private void decodeHeader(
      BatchHeader header, ByteBuffer bytes, int at, int length, long position) {
    int left = length - at;
    if (left >= BatchHeader.BYTES) {
      header.decode(bytes, at, epoch, path, position + at);
    }
    if (left < BatchHeader.BYTES || header.totalBytes() > left) {
      throw new CorruptionException(
          path, position + at, "whole batches up to " + (position + length), left + " bytes");
    }
  }

  private synchronized ReadFile file() throws IOException {
    ReadFile open = file;
    if (closed) {
      throw new ClosedChannelException();
    }
    if (open == null) {
      open = log.directory().open(name);
      file = open;
    }
    return open;
  }

  private void closeReader() throws IOException {
    SegmentReader walking = reader;
    reader = null;
    if (walking != null) {
      walking.close();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    closeReader();
    if (file != null) {
      file.close();
    }
  }
}
