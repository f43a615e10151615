package io.varve.dedup;

import java.util.Arrays;

/**
 * Ids, each 128 bits, and their times, in memory: {@value #SLOT_BYTES} bytes a slot, three of four
 * slots used at most.
 *
 * <p>Thread: confined to one at a time; nobody changes one that is being saved.
 */
final class IdTable {

  // Open addressing with linear probing in which slots are kept in the order of the ids (Amble and
  // Knuth, 1974): an id's first slot is its upper bits scaled to the number of slots, and who is
  // put in moves the larger ones of the cluster on. There is no wrapping around: behind the last
  // first slot there is some room. So a look-up that finds nothing ends at the first larger id, and
  // reading the slots from front to end gives the ids sorted, as a file of them needs it.

  static final int SLOT_BYTES = 3 * Long.BYTES;

  private static final int LONGS = 3;
  private static final int SLOTS_MIN = 1 << 10;

  /** A cluster of ten million ids in three of four slots hardly ever has half as many. */
  private static final int SLOTS_BEHIND = 1 << 10;

  private final int slotsMax;
  private int slots;

  /** Of each slot the id's upper half, its lower half, and its time plus one, which 0 is free. */
  private long[] table;

  /** The first place behind all slots in use. */
  private int end;

  private int count;

  IdTable(int slotsMax) {
    this.slotsMax = Math.max(SLOTS_MIN, slotsMax);
    this.slots = SLOTS_MIN;
    this.table = new long[places(slots)];
  }

  /** Is shown ids. */
  interface Visitor {
    void id(long high, long low, long timeMs);
  }

  private static int places(int slots) {
    return (slots + SLOTS_BEHIND) * LONGS;
  }

  private int first(long high) {
    return (int) (((high >>> 32) * slots) >>> 32) * LONGS;
  }

  /** An id's time, or -1 if it isn't there. */
  long find(long high, long low) {
    long[] t = table;
    for (int at = first(high); t[at + 2] != 0; at += LONGS) {
      if (t[at] == high && t[at + 1] == low) {
        return t[at + 2] - 1;
      }
      if (Long.compareUnsigned(t[at], high) > 0) {
        return -1;
      }
    }
    return -1;
  }

  /**
   * Puts an id in, or gives it another time; not when it {@link #isFull}.
   *
   * @param timeMs from 0
   */
  void put(long high, long low, long timeMs) {
    if (slots < slotsMax && atLimit()) {
      grow();
    }
    long[] t = table;
    int at = first(high);
    while (t[at + 2] != 0) {
      int order = Long.compareUnsigned(t[at], high);
      if (order == 0) {
        order = Long.compareUnsigned(t[at + 1], low);
        if (order == 0) {
          t[at + 2] = timeMs + 1;
          return;
        }
      }
      if (order > 0) {
        break;
      }
      at += LONGS;
    }
    int free = at;
    while (t[free + 2] != 0) {
      free += LONGS;
    }
    System.arraycopy(t, at, t, at + LONGS, free - at);
    t[at] = high;
    t[at + 1] = low;
    t[at + 2] = timeMs + 1;
    end = Math.max(end, free + LONGS);
    count++;
  }

  private boolean atLimit() {
    // The last slot stays free, so that every look-up ends.
    return count >= slots - (slots >> 2) || end >= table.length - LONGS;
  }

  private void grow() {
    long[] old = table;
    int oldEnd = end;
    slots = (int) Math.min(slotsMax, 2L * slots);
    table = new long[places(slots)];
    end = 0;
    for (int from = 0; from < oldEnd; from += LONGS) {
      if (old[from + 2] != 0) {
        int to = Math.max(end, first(old[from]));
        System.arraycopy(old, from, table, to, LONGS);
        end = to + LONGS;
      }
    }
  }

  /** Whether nothing more can be put in. */
  boolean isFull() {
    return slots == slotsMax && atLimit();
  }

  /** How many ids there are. */
  int count() {
    return count;
  }

  /** How many ids there can be. */
  static int idsMax(int slotsMax) {
    int most = Math.max(SLOTS_MIN, slotsMax);
    return most - (most >> 2);
  }

  /** Bytes of memory. */
  long bytes() {
    return (long) table.length * Long.BYTES;
  }

  /** Shows all ids, sorted. */
  void forEach(Visitor visitor) {
    for (int at = 0; at < end; at += LONGS) {
      if (table[at + 2] != 0) {
        visitor.id(table[at], table[at + 1], table[at + 2] - 1);
      }
    }
  }

  /** Takes all ids out. */
  void clear() {
    Arrays.fill(table, 0, end, 0);
    end = 0;
    count = 0;
  }
}
