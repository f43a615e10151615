package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * The last 64 bytes of a sealed segment: with header and batches it says all that a manifest would.
 *
 * @param batches number of batches
 * @param endPosition where the last batch ends and this footer begins
 * @param lastOffset the offset of the last event
 * @param events number of events
 * @param minTimestampMs the lowest timestamp, {@link Long#MAX_VALUE} if no event has one
 * @param maxTimestampMs the highest timestamp, {@link Long#MIN_VALUE} if no event has one
 */
public record SegmentFooter(
    int batches,
    long endPosition,
    long lastOffset,
    long events,
    long minTimestampMs,
    long maxTimestampMs) {

  /** Length on disk. */
  public static final int BYTES = Fixed64.BYTES;

  private static final long MAGIC = Fixed64.magic("VARVEEND");

  public ByteBuffer encode() {
    return Fixed64.finish(
        Fixed64.begin(MAGIC)
            .putInt(12, batches)
            .putLong(16, endPosition)
            .putLong(24, lastOffset)
            .putLong(32, events)
            .putLong(40, minTimestampMs)
            .putLong(48, maxTimestampMs));
  }

  /**
   * Decodes the 64 bytes at the buffer's start.
   *
   * @param position where in the file they stand
   */
  public static SegmentFooter decode(ByteBuffer bytes, String file, long position) {
    ByteBuffer view = Fixed64.check(bytes, 0, MAGIC, "segment footer", file, position);
    SegmentFooter footer =
        new SegmentFooter(
            view.getInt(12),
            view.getLong(16),
            view.getLong(24),
            view.getLong(32),
            view.getLong(40),
            view.getLong(48));
    if (footer.endPosition != position) {
      throw new CorruptionException(
          file, position, "a footer made for this position", "one for " + footer.endPosition);
    }
    return footer;
  }
}
