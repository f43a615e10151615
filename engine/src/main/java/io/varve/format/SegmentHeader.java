package io.varve.format;

import java.nio.ByteBuffer;

/**
 * The first 64 bytes of a segment.
 *
 * @param firstOffset no event in the segment has a lower offset; with the epoch it names the file
 * @param createdMs milliseconds since the Unix epoch
 * @param epoch the epoch of the writer that made it, from 1
 * @param generation the stream's generation
 * @param partition the stream's partition
 * @param rewrite which of the segments that compaction wrote in that epoch, from 1; 0 for one that
 *     was appended
 */
public record SegmentHeader(
    long firstOffset, long createdMs, long epoch, int generation, int partition, int rewrite) {

  /** Length on disk. */
  public static final int BYTES = Fixed64.BYTES;

  /** The format version that this code writes, and the newest that it reads. */
  public static final int FORMAT_VERSION = 1;

  private static final long MAGIC = Fixed64.magic("VARVESEG");

  public ByteBuffer encode() {
    return Fixed64.finish(
        Fixed64.begin(MAGIC)
            .putInt(12, FORMAT_VERSION)
            .putLong(16, firstOffset)
            .putLong(24, createdMs)
            .putLong(32, epoch)
            .putInt(40, generation)
            .putInt(44, partition)
            .putInt(48, rewrite));
  }

  /** The name of the file that begins with it. */
  public String fileName() {
    return FileNames.segment(firstOffset, epoch, rewrite);
  }

  /** The name of the index that its writer makes. */
  public String indexName() {
    return FileNames.index(firstOffset, epoch, rewrite, epoch);
  }

  /** Decodes the 64 bytes at the buffer's start. */
  public static SegmentHeader decode(ByteBuffer bytes, String file) {
    ByteBuffer view = Fixed64.check(bytes, 0, MAGIC, "segment header", file, 0);
    Fixed64.checkVersion(view.getInt(12), FORMAT_VERSION, "a segment header", file, 0);
    return new SegmentHeader(
        view.getLong(16),
        view.getLong(24),
        view.getLong(32),
        view.getInt(40),
        view.getInt(44),
        view.getInt(48));
  }
}
