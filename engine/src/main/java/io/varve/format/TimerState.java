package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What is pending of a log at one moment, by the names of runs, the older ones first. Entries of
 * timers have the due time as key; those of ids a hash, and the due time as their own number.
 *
 * <pre>
 *  0 8 bytes magic "VARVETIM"     32 i64 nextOffset               72 i64 readyNextOffset
 *  8 u32 CRC32C of the rest       40 i64 released: nextOffset     80 i32 runs of timers
 * 12 i32 format version           48 i64 released: dueMs          84 i32 runs of ids
 * 16 16 bytes id of the store     56 i64 released: offset         88 names: u8 length, ASCII
 *                                 64 i64 pending
 * </pre>
 *
 * @param storeId the id of the store, which is also the secret of the hashes
 * @param nextOffset events of the log with lower offsets are in the runs
 * @param released how far timers have been released; what of that was taken in from {@code
 *     nextOffset} on is to be taken in again before others are released
 * @param pending how many timers of the runs are neither released nor cancelled
 * @param readyNextOffset of the ready log, in which all that was released is durable
 */
public record TimerState(
    UUID storeId,
    long nextOffset,
    Progress released,
    long pending,
    long readyNextOffset,
    List<String> timers,
    List<String> ids) {

  /** A larger file is refused. */
  public static final int BYTES_MAX = 1 << 20;

  private static final long MAGIC = Fixed64.magic("VARVETIM");
  private static final int FORMAT_VERSION = 1;
  private static final int NAMES_AT = 88;

  public ByteBuffer encode() {
    ByteBuffer to = ByteBuffer.allocate(BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(FORMAT_VERSION);
    to.putLong(storeId.getMostSignificantBits()).putLong(storeId.getLeastSignificantBits());
    to.putLong(nextOffset);
    to.putLong(released.nextOffset()).putLong(released.dueMs()).putLong(released.offset());
    to.putLong(pending).putLong(readyNextOffset).putInt(timers.size()).putInt(ids.size());
    for (List<String> names : List.of(timers, ids)) {
      for (String name : names) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        to.put((byte) ascii.length).put(ascii);
      }
    }
    to.flip();
    return to.putInt(8, Checksum.of(to, 12, to.limit() - 12));
  }

  public static TimerState decode(ByteBuffer bytes, String file) {
    ByteBuffer from = Checksum.whole(bytes, MAGIC, FORMAT_VERSION, "state of timers", file);
    if (from.limit() < NAMES_AT) {
      throw new CorruptionException(
          file, 0, "at least " + NAMES_AT + " bytes", from.limit() + " bytes");
    }
    UUID storeId = new UUID(from.getLong(), from.getLong());
    long nextOffset = from.getLong();
    Progress released = new Progress(from.getLong(), from.getLong(), from.getLong());
    long pending = from.getLong();
    long readyNextOffset = from.getLong();
    int timers = from.getInt();
    int ids = from.getInt();
    TimerState state =
        new TimerState(
            storeId,
            nextOffset,
            released,
            pending,
            readyNextOffset,
            names(from, timers, file),
            names(from, ids, file));
    if (from.hasRemaining()) {
      throw new CorruptionException(
          file, from.position(), "the end of the file", from.remaining() + " more bytes");
    }
    return state;
  }

  private static List<String> names(ByteBuffer from, int count, String file) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = from.hasRemaining() ? from.get() & 0xff : -1;
      if (length < 1 || length > from.remaining()) {
        throw new CorruptionException(
            file, from.position(), "the name of run " + (i + 1) + " of " + count, "none");
      }
      byte[] ascii = new byte[length];
      from.get(ascii);
      String name = new String(ascii, StandardCharsets.US_ASCII);
      if (!name.matches("[0-9]+-[0-9]+\\.(timers|ids)")) {
        throw new CorruptionException(
            file, from.position() - length, "the name of a run", "'" + name + "'");
      }
      names.add(name);
    }
    return names;
  }
}
