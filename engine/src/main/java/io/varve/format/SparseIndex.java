package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Where in a segment to look for an offset or a time. An entry stands for a block: one or more
 * whole batches. The blocks cover the segment without a gap, so an offset is found by binary
 * search, and a time range reads exactly the blocks whose span of timestamps meets it, in whatever
 * order the events came.
 *
 * <p>A segment's index file is one of these with a checksum over all of it. It can always be made
 * anew from the segment's batch headers.
 *
 * <p>Thread: immutable but for {@link Builder}.
 */
public final class SparseIndex {

  /** A larger index file is refused. */
  public static final int BYTES_MAX = 1 << 28;

  private static final long MAGIC = Fixed64.magic("VARVEIDX");
  private static final int FORMAT_VERSION = 1;
  private static final int ENTRIES_AT = 40;
  private static final int ENTRY_LONGS = 4;

  private final long[] entries;
  private final int count;

  private SparseIndex(long[] entries, int count) {
    this.entries = entries;
    this.count = count;
  }

  /** Number of blocks. */
  public int count() {
    return count;
  }

  /** The offset of the first event in the block. */
  public long baseOffset(int block) {
    return entries[block * ENTRY_LONGS];
  }

  /** Where the block begins in the segment. */
  public long position(int block) {
    return entries[block * ENTRY_LONGS + 1];
  }

  public long minTimestampMs(int block) {
    return entries[block * ENTRY_LONGS + 2];
  }

  public long maxTimestampMs(int block) {
    return entries[block * ENTRY_LONGS + 3];
  }

  /**
   * The last block whose first offset is not above {@code offset}; 0 if there is none. Blocks hold
   * about as many events each, so it is looked for from where it would be if they held just as
   * many, in steps that double: two or three lines of memory are read instead of a dozen.
   */
  public int blockOf(long offset) {
    int low = 0;
    int high = count - 1;
    if (high <= 0 || offset <= baseOffset(0)) {
      return 0;
    }
    if (offset >= baseOffset(high)) {
      return high;
    }
    double share = (double) (offset - baseOffset(0)) / (baseOffset(high) - baseOffset(0));
    int guess = (int) (share * high);
    if (baseOffset(guess) <= offset) {
      low = guess;
      for (int step = 1; guess + step < high; step *= 2) {
        if (baseOffset(guess + step) > offset) {
          high = guess + step - 1;
          break;
        }
        low = guess + step;
      }
    } else {
      high = guess - 1;
      for (int step = 1; guess - step > 0; step *= 2) {
        if (baseOffset(guess - step) <= offset) {
          low = guess - step;
          break;
        }
        high = guess - step - 1;
      }
    }
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (baseOffset(middle) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The last block that begins at or before {@code position}; 0 if there is none. */
  public int blockAt(long position) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (position(middle) <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /**
   * The first block from {@code block} on that can hold a time in [from, to); {@link #count} if
   * none.
   */
  public int nextWithTimes(int block, long fromMs, long toMs) {
    int at = block;
    while (at < count && !(maxTimestampMs(at) >= fromMs && minTimestampMs(at) < toMs)) {
      at++;
    }
    return at;
  }

  /** The whole index file. */
  public ByteBuffer encode(long firstOffset, long epoch, int rewrite) {
    ByteBuffer to =
        ByteBuffer.allocate(ENTRIES_AT + count * ENTRY_LONGS * 8).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(FORMAT_VERSION);
    to.putLong(firstOffset).putLong(epoch).putInt(rewrite).putInt(count);
    to.asLongBuffer().put(entries, 0, count * ENTRY_LONGS);
    to.putInt(8, Checksum.of(to.position(0), 12, to.limit() - 12));
    return to.position(0);
  }

  /**
   * Decodes a whole index file, made for the segment of that name.
   *
   * @throws CorruptionException also if blocks don't ascend, in offsets or in positions
   */
  public static SparseIndex decode(ByteBuffer bytes, String segment, String file) {
    ByteBuffer from = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (from.limit() < ENTRIES_AT || from.getLong(0) != MAGIC) {
      throw new CorruptionException(
          file, 0, "the magic number of an index", from.limit() + " other bytes");
    }
    int crc = Checksum.of(from, 12, from.limit() - 12);
    if (from.getInt(8) != crc) {
      throw new CorruptionException(
          file, 0, "an index with CRC32C " + Fixed64.hex(from.getInt(8)), Fixed64.hex(crc));
    }
    Fixed64.checkVersion(from.getInt(12), FORMAT_VERSION, "an index", file, 0);
    String found = FileNames.segment(from.getLong(16), from.getLong(24), from.getInt(32));
    long count = from.getInt(36);
    if (!found.equals(segment) || count != (from.limit() - ENTRIES_AT) / (ENTRY_LONGS * 8)) {
      throw new CorruptionException(
          file,
          16,
          "the index of segment " + segment,
          "one of " + found + " with " + count + " entries");
    }
    long[] entries = new long[(int) count * ENTRY_LONGS];
    from.position(ENTRIES_AT).asLongBuffer().get(entries);
    SparseIndex index = new SparseIndex(entries, (int) count);
    index.checkOrder(from.getLong(16), file);
    return index;
  }

  /** Whoever seeks goes where it says without another look. */
  private void checkOrder(long firstOffset, String file) {
    for (int block = 0; block < count; block++) {
      boolean first = block == 0;
      long offset = first ? firstOffset : baseOffset(block - 1);
      long position = first ? SegmentHeader.BYTES : position(block - 1);
      // Not by adding 1, which is a lower number behind the highest one.
      boolean before = baseOffset(block) < offset || position(block) < position;
      boolean same = baseOffset(block) == offset || position(block) == position;
      if (before || (same && !first)) {
        throw new CorruptionException(
            file,
            ENTRIES_AT + (long) block * ENTRY_LONGS * 8,
            "a block "
                + (first ? "from" : "behind")
                + " offset "
                + offset
                + " and byte "
                + position,
            "one at offset " + baseOffset(block) + " and byte " + position(block));
      }
    }
  }

  /** Builds an index as batches are written or scanned. Thread: confined to one. */
  public static final class Builder {

    private final int intervalBytes;
    private long[] entries = new long[16 * ENTRY_LONGS];
    private int count;

    /**
     * @param intervalBytes a block is closed once it has that many bytes
     */
    public Builder(int intervalBytes) {
      this.intervalBytes = intervalBytes;
    }

    /** Takes the next batch, which begins at {@code position}. */
    public void add(long baseOffset, long position, long minTimestampMs, long maxTimestampMs) {
      int last = (count - 1) * ENTRY_LONGS;
      if (count > 0 && position - entries[last + 1] < intervalBytes) {
        entries[last + 2] = Math.min(entries[last + 2], minTimestampMs);
        entries[last + 3] = Math.max(entries[last + 3], maxTimestampMs);
        return;
      }
      int at = count * ENTRY_LONGS;
      if (at == entries.length) {
        entries = Arrays.copyOf(entries, entries.length * 2);
      }
      entries[at] = baseOffset;
      entries[at + 1] = position;
      entries[at + 2] = minTimestampMs;
      entries[at + 3] = maxTimestampMs;
      count++;
    }

    /**
     * The blocks so far, without a copy: the times of the last one may still change, offsets and
     * positions don't. Thread: safe to be read by any, if published safely.
     */
    public SparseIndex blocks() {
      return new SparseIndex(entries, count);
    }

    public SparseIndex build() {
      return new SparseIndex(Arrays.copyOf(entries, count * ENTRY_LONGS), count);
    }
  }
}
