package io.varve.format;

import io.varve.base.CorruptionException;
import io.varve.event.Encoding;
import io.varve.event.Reserved;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

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

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int BYTES = 48;
  private static final int FORMAT_VERSION = 1;

  /** How much later it is than a due time, milliseconds, from 0; any due time will do. */
  public static long lateMs(long dueMs, long nowMs) {
    long lateMs = nowMs - dueMs;
    if (nowMs < dueMs) {
      return 0;
    }
    return lateMs < 0 ? Long.MAX_VALUE : lateMs;
  }

  /** The whole header as it stands in a batch, but for its value, which {@link #putInto} puts. */
  public static byte[] emptyHeader() {
    byte[] name = HEADER.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer header = ByteBuffer.allocate(1 + name.length + 2 + BYTES);
    header.put((byte) name.length).put(name).put((byte) Encoding.BYTES.ordinal()).put((byte) BYTES);
    return header.array();
  }

  /** Puts a value into a header that {@link #emptyHeader} has made. */
  public static void putInto(byte[] header, long offset, long dueMs, Progress progress) {
    int at = header.length - BYTES;
    INT.set(header, at, FORMAT_VERSION);
    LONG.set(header, at + 8, offset);
    LONG.set(header, at + 16, dueMs);
    LONG.set(header, at + 24, progress.nextOffset());
    LONG.set(header, at + 32, progress.dueMs());
    LONG.set(header, at + 40, progress.offset());
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
