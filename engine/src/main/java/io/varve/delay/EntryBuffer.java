package io.varve.delay;

import java.util.Arrays;

/**
 * Entries in memory, in any order until they are sorted.
 *
 * <p>Thread: confined to one.
 */
final class EntryBuffer {

  private static final int CAPACITY_MIN = 1024;
  private static final int DIGIT_BITS = 11;
  private static final int DIGITS = 1 << DIGIT_BITS;

  private long[] keys = new long[CAPACITY_MIN];
  private long[] offsets = new long[CAPACITY_MIN];

  /** An entry's own number; all bits turned over if the entry says that another is gone. */
  private long[] extras = new long[CAPACITY_MIN];

  private int count;

  /** So many of the first ones are marked. */
  private int marked;

  int count() {
    return count;
  }

  long key(int i) {
    return keys[i];
  }

  long offset(int i) {
    return offsets[i];
  }

  long extra(int i) {
    return isGone(i) ? ~extras[i] : extras[i];
  }

  boolean isGone(int i) {
    return extras[i] < 0;
  }

  /** Bytes of memory that it takes. */
  long bytes() {
    return 3L * Long.BYTES * keys.length;
  }

  void add(long key, long offset, long extra, boolean gone) {
    if (count == keys.length) {
      int capacity = count + (count >> 1);
      keys = Arrays.copyOf(keys, capacity);
      offsets = Arrays.copyOf(offsets, capacity);
      extras = Arrays.copyOf(extras, capacity);
    }
    keys[count] = key;
    offsets[count] = offset;
    extras[count] = gone ? ~extra : extra;
    count++;
  }

  /** Forgets all entries and lets go of their memory. */
  void clear() {
    keys = new long[CAPACITY_MIN];
    offsets = new long[CAPACITY_MIN];
    extras = new long[CAPACITY_MIN];
    count = 0;
    marked = 0;
  }

  /** A copy of all entries, which are marked; those that are added later are not. */
  EntryBuffer copyAndMark() {
    EntryBuffer copy = new EntryBuffer();
    int capacity = Math.max(CAPACITY_MIN, count);
    copy.keys = Arrays.copyOf(keys, capacity);
    copy.offsets = Arrays.copyOf(offsets, capacity);
    copy.extras = Arrays.copyOf(extras, capacity);
    copy.count = count;
    marked = count;
    return copy;
  }

  /** Forgets the entries that are marked. */
  void dropMarked() {
    int end = Math.max(count, marked + CAPACITY_MIN);
    keys = Arrays.copyOfRange(keys, marked, end);
    offsets = Arrays.copyOfRange(offsets, marked, end);
    extras = Arrays.copyOfRange(extras, marked, end);
    count -= marked;
    marked = 0;
  }

  /** Moves the entries before a place to another buffer. */
  void moveBefore(Place end, EntryBuffer to) {
    int kept = 0;
    int keptMarked = 0;
    for (int i = 0; i < count; i++) {
      if (end.isBehind(keys[i], offsets[i])) {
        to.add(keys[i], offsets[i], extra(i), isGone(i));
      } else {
        keys[kept] = keys[i];
        offsets[kept] = offsets[i];
        extras[kept] = extras[i];
        kept++;
        keptMarked += i < marked ? 1 : 0;
      }
    }
    count = kept;
    marked = keptMarked;
  }

  /** Shows all entries; of those with the same key and offset the one that was added last last. */
  void forEach(EntryTaker to) {
    for (int i = 0; i < count; i++) {
      to.take(keys[i], offsets[i], extra(i), isGone(i));
    }
  }

  /**
   * Sorts the entries, which marks none any more, and shows them from a place on; of those with the
   * same key and offset the one that was added last. Nothing may be added until the cursor is done
   * with.
   */
  Cursor sorted() {
    marked = 0;
    new RadixSort().sort();
    return new Cursor();
  }

  /** Reads what is in memory, which does not fail. */
  final class Cursor implements EntryCursor {

    private int at = -1;

    @Override
    public boolean next() {
      at++;
      while (at + 1 < count && keys[at + 1] == keys[at] && offsets[at + 1] == offsets[at]) {
        at++;
      }
      return at < count;
    }

    @Override
    public long key() {
      return keys[at];
    }

    @Override
    public long offset() {
      return offsets[at];
    }

    @Override
    public long extra() {
      return EntryBuffer.this.extra(at);
    }

    @Override
    public boolean isGone() {
      return EntryBuffer.this.isGone(at);
    }
  }

  /**
   * Sorts by offset and then by key, from the lowest digit to the highest; each pass leaves entries
   * with the same digit in their order. Digits that all entries share take no pass.
   */
  private final class RadixSort {

    private final int[] starts = new int[DIGITS];
    private long[] toKeys = new long[0];
    private long[] toOffsets = new long[0];
    private long[] toExtras = new long[0];

    private void sort() {
      if (isSorted(true)) {
        return;
      }
      if (!isSorted(false)) {
        sort(false);
      }
      sort(true);
    }

    /** Whether the entries rise, by key and offset or by offset alone. */
    private boolean isSorted(boolean byKey) {
      for (int i = 1; i < count; i++) {
        boolean falls =
            (byKey && keys[i] != keys[i - 1]) ? keys[i] < keys[i - 1] : offsets[i] < offsets[i - 1];
        if (falls) {
          return false;
        }
      }
      return true;
    }

    private void sort(boolean byKey) {
      long[] numbers = byKey ? keys : offsets;
      long differ = 0;
      for (int i = 1; i < count; i++) {
        differ |= numbers[i] ^ numbers[0];
      }
      for (int shift = 0; shift < Long.SIZE; shift += DIGIT_BITS) {
        if ((differ >>> shift & (DIGITS - 1)) != 0) {
          pass(byKey, shift);
        }
      }
    }

    private void pass(boolean byKey, int shift) {
      if (toKeys.length < count) {
        toKeys = new long[keys.length];
        toOffsets = new long[keys.length];
        toExtras = new long[keys.length];
      }
      long[] numbers = byKey ? keys : offsets;
      Arrays.fill(starts, 0);
      for (int i = 0; i < count; i++) {
        starts[digit(numbers[i], shift)]++;
      }
      int start = 0;
      for (int digit = 0; digit < DIGITS; digit++) {
        int many = starts[digit];
        starts[digit] = start;
        start += many;
      }
      for (int i = 0; i < count; i++) {
        int to = starts[digit(numbers[i], shift)]++;
        toKeys[to] = keys[i];
        toOffsets[to] = offsets[i];
        toExtras[to] = extras[i];
      }
      long[] from = keys;
      keys = toKeys;
      toKeys = from;
      from = offsets;
      offsets = toOffsets;
      toOffsets = from;
      from = extras;
      extras = toExtras;
      toExtras = from;
    }

    /** Negative numbers come before others. */
    private int digit(long number, int shift) {
      return (int) ((number ^ Long.MIN_VALUE) >>> shift) & (DIGITS - 1);
    }
  }
}
