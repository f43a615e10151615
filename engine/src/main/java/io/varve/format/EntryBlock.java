package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Entries of a run: pairs of a key and an offset, by rising key and, where keys are equal, by
 * rising offset; each with a number of its own and marked or not.
 *
 * <pre>
 *  0 u32 CRC32C of the rest    8 i32 count, from 1      16 i64 key of the first
 *  4 i32 bytes of all          12 i32 1 if any entry    24 i64 lowest offset
 *                                 is marked, else 0     32 i64 lowest extra
 * 40 for each entry: varint of the key's distance from the one before, varint of the offset's from
 *    the lowest, varint of the extra's from the lowest
 *    then, if any is marked, a byte for each entry: 1 if it is marked
 * </pre>
 *
 * A varint has seven bits a byte, low ones first; the highest bit says that another byte follows.
 *
 * <p>Thread: confined to one; filled anew for each block.
 */
public final class EntryBlock {

  /** No block has more entries; all of a run but the last have as many. */
  public static final int ENTRIES_MAX = 1024;

  private static final int ENTRIES_AT = 40;
  private static final int VARINT_BYTES_MAX = 10;

  /** The bytes that tell how long a block is. */
  public static final int PREFIX_BYTES = 8;

  /** No block is larger. */
  public static final int BYTES_MAX = ENTRIES_AT + ENTRIES_MAX * (3 * VARINT_BYTES_MAX + 1);

  private final long[] keys = new long[ENTRIES_MAX];
  private final long[] offsets = new long[ENTRIES_MAX];
  private final long[] extras = new long[ENTRIES_MAX];
  private final boolean[] marks = new boolean[ENTRIES_MAX];
  private int count;

  // While an entry is decoded.
  private int at;

  public int count() {
    return count;
  }

  public boolean isFull() {
    return count == ENTRIES_MAX;
  }

  public long key(int i) {
    return keys[i];
  }

  public long offset(int i) {
    return offsets[i];
  }

  public long extra(int i) {
    return extras[i];
  }

  public boolean isMarked(int i) {
    return marks[i];
  }

  /** Forgets all entries. */
  public void clear() {
    count = 0;
  }

  /**
   * Adds an entry behind all others; there must be room.
   *
   * @param offset from 0
   * @param extra from 0
   */
  public void add(long key, long offset, long extra, boolean marked) {
    keys[count] = key;
    offsets[count] = offset;
    extras[count] = extra;
    marks[count] = marked;
    count++;
  }

  /** The first entry that is not before this one; {@link #count} if there is none. */
  public int from(long key, long offset) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isBefore(keys[middle], offsets[middle], key, offset)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Whether one entry stands before another. */
  public static boolean isBefore(long key, long offset, long otherKey, long otherOffset) {
    return key < otherKey || (key == otherKey && offset < otherOffset);
  }

  /** Writes the block at a little-endian buffer's position, where it needs {@link #BYTES_MAX}. */
  public void encode(ByteBuffer to) {
    int start = to.position();
    long lowestOffset = Long.MAX_VALUE;
    long lowestExtra = Long.MAX_VALUE;
    boolean marked = false;
    for (int i = 0; i < count; i++) {
      lowestOffset = Math.min(lowestOffset, offsets[i]);
      lowestExtra = Math.min(lowestExtra, extras[i]);
      marked |= marks[i];
    }
    to.position(start + ENTRIES_AT);
    long before = keys[0];
    for (int i = 0; i < count; i++) {
      putVarint(to, keys[i] - before);
      putVarint(to, offsets[i] - lowestOffset);
      putVarint(to, extras[i] - lowestExtra);
      before = keys[i];
    }
    if (marked) {
      for (int i = 0; i < count; i++) {
        to.put((byte) (marks[i] ? 1 : 0));
      }
    }
    int bytes = to.position() - start;
    to.putInt(start + 4, bytes)
        .putInt(start + 8, count)
        .putInt(start + 12, marked ? 1 : 0)
        .putLong(start + 16, keys[0])
        .putLong(start + 24, lowestOffset)
        .putLong(start + 32, lowestExtra);
    to.putInt(start, Checksum.of(to, start + 4, bytes - 4));
  }

  private static void putVarint(ByteBuffer to, long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      to.put((byte) (left | 0x80));
      left >>>= 7;
    }
    to.put((byte) left);
  }

  /** The length of a block of which the first {@link #PREFIX_BYTES} are at hand, not checked. */
  public static int bytes(ByteBuffer from, int at) {
    return from.order(ByteOrder.LITTLE_ENDIAN).getInt(at + 4);
  }

  /**
   * Reads the block that begins at an index of a little-endian buffer.
   *
   * @param file for errors, like {@code position}
   * @param position where in the file it begins
   * @return its bytes
   * @throws CorruptionException if it is not what was written
   */
  public int decode(ByteBuffer from, int start, String file, long position) {
    int there = from.limit() - start;
    int bytes = there < ENTRIES_AT ? 0 : from.getInt(start + 4);
    if (bytes < ENTRIES_AT || bytes > BYTES_MAX || bytes > there) {
      throw new CorruptionException(
          file,
          position,
          "a block of entries of " + ENTRIES_AT + " to " + BYTES_MAX + " bytes",
          bytes + " bytes, of which " + there + " are there");
    }
    int found = Checksum.of(from, start + 4, bytes - 4);
    if (found != from.getInt(start)) {
      throw new CorruptionException(
          file,
          position,
          "entries with CRC32C " + Fixed64.hex(from.getInt(start)),
          "CRC32C " + Fixed64.hex(found));
    }
    int entries = from.getInt(start + 8);
    int marked = from.getInt(start + 12);
    int end = start + bytes - (marked == 0 ? 0 : entries);
    if (entries < 1 || entries > ENTRIES_MAX || marked >>> 1 != 0 || end < start + ENTRIES_AT) {
      throw malformed(file, position, entries + " entries, marks " + marked);
    }
    count = entries;
    at = start + ENTRIES_AT;
    long key = from.getLong(start + 16);
    long lowestOffset = from.getLong(start + 24);
    long lowestExtra = from.getLong(start + 32);
    for (int i = 0; i < entries; i++) {
      long before = key;
      key += varint(from, end, file, position);
      keys[i] = key;
      offsets[i] = lowestOffset + varint(from, end, file, position);
      extras[i] = lowestExtra + varint(from, end, file, position);
      boolean rises = i == 0 || isBefore(before, offsets[i - 1], key, offsets[i]);
      if (!rises || offsets[i] < 0 || extras[i] < 0) {
        throw malformed(file, position, "entry " + i + " that is not behind the one before");
      }
      marks[i] = marked == 1 && from.get(end + i) != 0;
    }
    if (at != end) {
      throw malformed(file, position, (end - at) + " bytes behind the last entry");
    }
    return bytes;
  }

  private long varint(ByteBuffer from, int end, String file, long position) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE && at < end; shift += 7) {
      byte next = from.get(at++);
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw malformed(file, position, "a number without an end");
  }

  private static CorruptionException malformed(String file, long position, String found) {
    return new CorruptionException(file, position, "a block of rising entries", found);
  }
}
