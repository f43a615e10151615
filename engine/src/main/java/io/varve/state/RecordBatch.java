package io.varve.state;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Records of one key that are on disk, read ahead of who asks for them one by one: sorted by their
 * places, those that lie together with one read. A read costs more than copying some kilobytes.
 *
 * <p>What is here is a copy: it stays what it was, whatever becomes of the records. Who keeps
 * reading from it asks whether it is still {@link #isOf its own}; another may have filled it since.
 *
 * <p>The records are {@link #begin begun}, {@link #add added} in the order in which they will be
 * asked for, and {@link #read}. A record that turns out not to be here is one to be looked for in
 * the ordinary way: it is in memory, or larger than expected, or there was no room for it.
 *
 * <p>Thread: the store's owner.
 */
final class RecordBatch {

  /** The most records at once. */
  static final int RECORDS_MAX = 64;

  private static final int RECORD_BITS = 6;

  /** The most bytes at once; less if the store has little memory. */
  private static final int BYTES_MAX = 64 << 10;

  private static final int BYTES_MIN = 8 << 10;

  /** The part of a store's memory, as a shift, that reading ahead may take. */
  private static final int MEMORY_SHIFT = 6;

  /** Larger records are read by themselves. */
  private static final int RECORD_BYTES_MAX = 16 << 10;

  /** So many bytes between two records are read rather than left out by another read. */
  private static final int GAP_BYTES_MAX = 4 << 10;

  private final HybridLog log;
  private @Nullable ByteBuffer buffer;

  /** Addresses, each followed by the record's index in the order in which they were added. */
  private final long[] order = new long[RECORDS_MAX];

  // By index: what was asked for.
  private final int[] names = new int[RECORDS_MAX];
  private final int[] suffixes = new int[RECORDS_MAX];

  /** By index: bytes that the record is expected to take. */
  private final int[] bytes = new int[RECORDS_MAX];

  /** By index: where in the buffer it is; -1 if it is not here. */
  private final int[] at = new int[RECORDS_MAX];

  private int count;
  private int bytesWanted;
  private int asked;
  private long fills;

  RecordBatch(HybridLog log) {
    this.log = log;
  }

  /**
   * Begins anew, whatever is here; returns a number that tells this filling from others, or 0 if
   * there is no room to read ahead, or no need: a store that can take in whole pages does so.
   */
  long begin() {
    if (log.resident().hasRoom(Page.BYTES) || capacity() == 0) {
      return 0;
    }
    count = 0;
    asked = 0;
    bytesWanted = 0;
    return ++fills;
  }

  private int capacity() {
    ByteBuffer in = buffer;
    if (in == null) {
      int bytes =
          (int) Math.min(BYTES_MAX, log.resident().memoryBytes() >> MEMORY_SHIFT & -BYTES_MIN);
      in = bytes < BYTES_MIN ? null : log.resident().tryFrame(bytes);
      buffer = in;
    }
    return in == null ? 0 : in.capacity();
  }

  /** Whether this is still the filling of that number. */
  boolean isOf(long fill) {
    return fill == fills;
  }

  /** Whether a record that is expected to take so many bytes is one to be added. */
  static boolean takes(int expected) {
    return expected >= RecordLayout.BYTES_MIN && expected <= RECORD_BYTES_MAX;
  }

  /**
   * Adds a record.
   *
   * @param name what it is asked for by; larger than those of the ones before
   * @param expected bytes of the record, or what may be enough, which it {@link #takes}
   * @return whether there may be room for more
   */
  boolean add(int name, int suffix, long address, int expected) {
    if (count == RECORDS_MAX || bytesWanted + expected > capacity()) {
      return false;
    }
    bytesWanted += expected;
    order[count] = address << RECORD_BITS | count;
    names[count] = name;
    suffixes[count] = suffix;
    bytes[count] = expected;
    at[count] = -1;
    count++;
    return true;
  }

  /** Reads what was added: records of that key, of which those with their suffixes are meant. */
  void read(int keyGroup, ByteSpan key) {
    ByteBuffer target = buffer;
    if (target == null) {
      return;
    }
    int reads = 0;
    Arrays.sort(order, 0, count);
    int filled = 0;
    for (int first = 0; first < count; ) {
      long address = order[first] >>> RECORD_BITS;
      Page page = log.pageToRead(address);
      StateFile file = page == null ? null : page.file;
      if (page == null || file == null) {
        first++;
        continue;
      }
      int room = target.capacity() - filled;
      int begin = Address.place(address);
      int end = end(first, begin, page);
      int last = first + 1;
      while (last < count) {
        long next = order[last] >>> RECORD_BITS;
        int place = Address.place(next);
        if (!Address.inOnePage(address, next) || place - end > GAP_BYTES_MAX) {
          break;
        }
        int further = Math.max(end, end(last, place, page));
        if (further - begin > room) {
          break;
        }
        end = further;
        last++;
      }
      if (end - begin > room) {
        return;
      }
      file.read(page.filePosition + begin, target, filled, end - begin);
      if (reads++ > 0) {
        file.addReadApart(end - begin);
      }
      log.readAhead(last - first, reads > 1);
      for (int i = first; i < last; i++) {
        int index = (int) order[i] & (RECORDS_MAX - 1);
        int from = Address.place(order[i] >>> RECORD_BITS);
        check(file, page, index, filled + from - begin, from, end - from, keyGroup, key);
      }
      filled += end - begin + 7 & -8;
      first = last;
    }
  }

  private int end(int i, int begin, Page page) {
    return (int) Math.min(page.used, (long) begin + bytes[(int) order[i] & (RECORDS_MAX - 1)]);
  }

  private void check(
      StateFile file, Page page, int index, int in, int place, int here, int group, ByteSpan key) {
    ByteBuffer from = buffer;
    if (from == null || here < RecordLayout.BYTES_MIN) {
      return;
    }
    long position = page.filePosition + place;
    int size = file.checkedBytes(from, in, position, page.used - place);
    if (size > here) {
      return;
    }
    file.checkRecord(from, in, position);
    if (RecordLayout.is(from, in, group, key, suffixes[index])) {
      at[index] = in;
    }
  }

  /** Whether the record of that name was added; names are asked for in ascending order. */
  boolean wasAdded(int name) {
    while (asked < count && names[asked] < name) {
      asked++;
    }
    return asked < count && names[asked] == name;
  }

  /** Whether records of that name or a larger one were added. */
  boolean reaches(int name) {
    return count > 0 && names[count - 1] >= name;
  }

  /** Where in {@link #buffer} the record asked for begins; -1 if it is not here. */
  int at() {
    return at[asked];
  }

  /** What holds the records; absolute access only. */
  ByteBuffer buffer() {
    ByteBuffer in = buffer;
    if (in == null) {
      throw new IllegalStateException("nothing was read");
    }
    return in;
  }

  /** Gives its memory back. */
  void close() {
    ByteBuffer in = buffer;
    buffer = null;
    if (in != null) {
      log.resident().free(in);
    }
  }
}
