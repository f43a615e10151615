package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How far an epoch's open segment is committed. A writer's {@code commit-<epoch>} file holds three
 * of them, each at the start of a page of 4096 bytes: page 0 is what is <em>published</em> to
 * readers; pages 1 and 2 are the <em>durable mark</em>, written in turn, so that a torn write
 * spares the other.
 *
 * @param sequence rises with each commit of the epoch, from 1; 0 in a fresh file
 * @param segmentFirstOffset which of the epoch's segments is meant, or -1 for none yet
 * @param endPosition bytes of that segment that are committed
 * @param nextOffset no committed event has this offset or a higher one, and the next event has this
 *     or a higher one
 * @param events committed events in that segment
 */
public record CommitMark(
    long sequence, long segmentFirstOffset, long endPosition, long nextOffset, long events) {

  /** Nothing is committed yet. */
  public static final CommitMark NONE = new CommitMark(0, -1, 0, 0, 0);

  /** Distance between two marks in the file. */
  public static final int PAGE_BYTES = 4096;

  /** Length of the file. */
  public static final int FILE_BYTES = 3 * PAGE_BYTES;

  /** Where the published mark stands. */
  public static final int PUBLISHED_AT = 0;

  private static final long MAGIC = Fixed64.magic("VARVEHWM");

  /** Where the durable mark with that sequence number stands. */
  public static int slotOf(long sequence) {
    return PAGE_BYTES * (1 + (int) (sequence & 1));
  }

  public ByteBuffer encode() {
    return Fixed64.finish(
        Fixed64.begin(MAGIC)
            .putInt(12, 1)
            .putLong(16, sequence)
            .putLong(24, segmentFirstOffset)
            .putLong(32, endPosition)
            .putLong(40, nextOffset)
            .putLong(48, events));
  }

  /** The whole content of a fresh file, whose three marks are all this one. */
  public ByteBuffer encodeFile() {
    ByteBuffer mark = encode();
    ByteBuffer file = ByteBuffer.allocate(FILE_BYTES);
    for (int page = 0; page < 3; page++) {
      file.put(page * PAGE_BYTES, mark, 0, mark.limit());
    }
    return file;
  }

  /** The published mark, or null if it is being overwritten just now or never was whole. */
  public static @Nullable CommitMark decodePublished(ByteBuffer bytes, String file) {
    return decodeAt(bytes, PUBLISHED_AT, file);
  }

  /**
   * The newest durable mark in a whole commit file.
   *
   * @throws CorruptionException if none is whole, or one is gone that had been published: then the
   *     other is no torn write's leftover
   */
  public static CommitMark decodeDurable(ByteBuffer bytes, String file) {
    CommitMark even = decodeAt(bytes, slotOf(0), file);
    CommitMark odd = decodeAt(bytes, slotOf(1), file);
    CommitMark newest = even == null || (odd != null && odd.sequence > even.sequence) ? odd : even;
    if (newest == null) {
      throw new CorruptionException(
          file, slotOf(0), "at least one durable mark that is whole", "two damaged ones");
    }
    CommitMark published = decodeAt(bytes, PUBLISHED_AT, file);
    if (published != null && published.sequence > newest.sequence) {
      throw new CorruptionException(
          file,
          slotOf(published.sequence),
          "the durable mark of commit " + published.sequence + ", which was published",
          "that of commit " + newest.sequence + " and a damaged one");
    }
    return newest;
  }

  private static @Nullable CommitMark decodeAt(ByteBuffer bytes, int at, String file) {
    try {
      ByteBuffer view = Fixed64.check(bytes, at, MAGIC, "commit mark", file, at);
      Fixed64.checkVersion(view.getInt(12), 1, "a commit mark", file, at);
      return new CommitMark(
          view.getLong(16), view.getLong(24), view.getLong(32), view.getLong(40), view.getLong(48));
    } catch (CorruptionException e) {
      return null;
    }
  }
}
