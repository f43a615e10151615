package io.varve.format;

import io.varve.base.CorruptionException;
import io.varve.event.Reserved;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the last header of each event in a ready log tells: where the event comes from, and how far
 * the scheduler was with it. Whatever the last event is that stands in the log, it tells what has
 * been released.
 *
 * <pre>
 *  0 i32 format version    8 i64 offset           24 i64 progress: nextOffset
 *  4 i32 0                16 i64 dueMs            32 i64 progress: dueMs    40 i64 progress: offset
 * </pre>
 *
 * @param offset of the event in its log
 * @param dueMs when it was due, milliseconds since the Unix epoch
 * @param progress how far the scheduler is with this event released
 */
public record Release(long offset, long dueMs, Progress progress) {

  /** The header's name. */
  public static final String HEADER = Reserved.RELEASE;

  private static final int BYTES = 48;
  private static final int FORMAT_VERSION = 1;

  public byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0, FORMAT_VERSION)
        .putLong(8, offset)
        .putLong(16, dueMs)
        .putLong(24, progress.nextOffset())
        .putLong(32, progress.dueMs())
        .putLong(40, progress.offset())
        .array();
  }

  /**
   * Decodes the header's value.
   *
   * @param log the ready log's name, for errors
   * @param at the offset in it
   */
  public static Release decode(byte[] bytes, String log, long at) {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < BYTES) {
      throw new CorruptionException(
          log + ", offset " + at,
          0,
          "a header " + HEADER + " of " + BYTES + " bytes",
          bytes.length + " bytes");
    }
    Fixed64.checkVersion(from.getInt(0), FORMAT_VERSION, "the header " + HEADER, log, at);
    return new Release(
        from.getLong(8),
        from.getLong(16),
        new Progress(from.getLong(24), from.getLong(32), from.getLong(40)));
  }
}
