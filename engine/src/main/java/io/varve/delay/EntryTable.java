package io.varve.delay;

import java.util.Arrays;

/**
 * Entries in memory that are found by their keys. Any number of entries may have the same key; of
 * those with the same offset, too, the last one counts.
 *
 * <p>Open addressing; keys are spread by multiplication. Thread: confined to one.
 */
final class EntryTable {

  private static final int SLOTS_MIN = 1024;
  private static final int FREE = -1;

  private final EntryBuffer entries = new EntryBuffer();

  /** For each slot the number of an entry, or {@link #FREE}; at most half of them are taken. */
  private int[] slots = free(SLOTS_MIN);

  private static int[] free(int count) {
    int[] slots = new int[count];
    Arrays.fill(slots, FREE);
    return slots;
  }

  int count() {
    return entries.count();
  }

  long bytes() {
    return entries.bytes() + (long) Integer.BYTES * slots.length;
  }

  void add(long key, long offset, long extra, boolean gone) {
    entries.add(key, offset, extra, gone);
    if (2 * entries.count() > slots.length) {
      slots = free(2 * slots.length);
      for (int i = 0; i < entries.count(); i++) {
        put(i);
      }
    } else {
      put(entries.count() - 1);
    }
  }

  private void put(int entry) {
    int slot = slot(entries.key(entry));
    while (slots[slot] != FREE) {
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = entry;
  }

  private int slot(long key) {
    return (int) ((key * 0x9e3779b97f4a7c15L) >>> 32) & (slots.length - 1);
  }

  /** Adds all entries with a key to a buffer, in the order in which they were added. */
  void find(long key, EntryBuffer to) {
    for (int slot = slot(key); slots[slot] != FREE; slot = (slot + 1) & (slots.length - 1)) {
      int entry = slots[slot];
      if (entries.key(entry) == key) {
        to.add(key, entries.offset(entry), entries.extra(entry), entries.isGone(entry));
      }
    }
  }

  /** Whether there is an entry with a key and a number of its own. */
  boolean contains(long key, long extra) {
    for (int slot = slot(key); slots[slot] != FREE; slot = (slot + 1) & (slots.length - 1)) {
      int entry = slots[slot];
      if (entries.key(entry) == key && entries.extra(entry) == extra) {
        return true;
      }
    }
    return false;
  }

  long key(int i) {
    return entries.key(i);
  }

  long extra(int i) {
    return entries.extra(i);
  }

  /** A copy of all entries, which are marked; those that are added later are not. */
  EntryBuffer copyAndMark() {
    return entries.copyAndMark();
  }

  /** Forgets the entries that are marked. */
  void dropMarked() {
    entries.dropMarked();
    int wanted = SLOTS_MIN;
    while (wanted < 2 * entries.count()) {
      wanted *= 2;
    }
    slots = free(wanted);
    for (int i = 0; i < entries.count(); i++) {
      put(i);
    }
  }
}
