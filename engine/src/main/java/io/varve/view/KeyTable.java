package io.varve.view;

import io.varve.base.BadEventException;
import io.varve.base.StoreFailedException;
import io.varve.format.KeyTableChunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;

/**
 * The latest offset of each key, by 80 bits of the key's hash: 16 bytes a slot, in pages that are
 * from two to four fifths full.
 *
 * <p>Extendible hashing (Fagin and others, 1979): the hash's first bits choose a page, its last
 * ones a slot in it, from which on the key is looked for. A page that is full is split in two, so
 * that no change takes longer than that, however many keys there are.
 *
 * <p>Thread: one changes it at a time; any may look a key up meanwhile.
 */
public final class KeyTable {

  /** Offsets from here on don't fit into a slot. */
  public static final long OFFSETS_MAX = (1L << 48) - 1;

  private static final int PAGE_SLOTS = KeyTableChunk.SLOTS_MAX;
  private static final int PAGE_KEYS_MAX = PAGE_SLOTS / 5 * 4;

  /** With hashes that are spread, a page stands in the list a few times, never so often. */
  private static final int ENTRIES_PER_PAGE_MAX = 64;

  private static final long PAGES_EXPECTED_MAX = 1 << 20;
  private static final long ABSENT = -1;

  /** The pages by the first {@code depth} bits of the hashes in them; some stand there often. */
  private record Pages(int depth, Page[] all) {
    Page of(long high) {
      return all[depth == 0 ? 0 : (int) (high >>> (Long.SIZE - depth))];
    }
  }

  private final StampedLock lock = new StampedLock();
  private volatile Pages pages;
  private long keys;
  private long pageCount;

  /** An empty table. */
  public KeyTable() {
    this(0);
  }

  /**
   * An empty table with pages for about so many keys, which may come in the order of their hashes.
   */
  KeyTable(long keysExpected) {
    int wanted = (int) Math.min(PAGES_EXPECTED_MAX, keysExpected / (PAGE_KEYS_MAX / 2));
    int depth = wanted < 2 ? 0 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(wanted);
    Page[] all = new Page[1 << depth];
    Arrays.setAll(all, i -> new Page(depth));
    pages = new Pages(depth, all);
    pageCount = all.length;
  }

  /**
   * The offset of a key's latest event, -1 if it has none.
   *
   * @param high the first 64 bits of the key's hash
   * @param low the others, of which the first 16 count
   */
  public long find(long high, long low) {
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) {
      long offset = pages.of(high).find(high, low);
      if (lock.validate(stamp)) {
        return offset;
      }
    }
    stamp = lock.readLock();
    try {
      return pages.of(high).find(high, low);
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** Does {@code changes} in one go: who looks a key up sees none of them or all. */
  public void change(Runnable changes) {
    long stamp = lock.writeLock();
    try {
      changes.run();
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /**
   * Notes an event, unless a later one of its key is noted. To be called within {@link #change}.
   *
   * @throws BadEventException if the offset is not below {@link #OFFSETS_MAX}
   */
  public void put(long high, long low, long offset) {
    if (offset >= OFFSETS_MAX) {
      throw new BadEventException(
          "A view of the latest events takes offsets below " + OFFSETS_MAX + ", not " + offset);
    }
    while (true) {
      Pages now = pages;
      Page page = now.of(high);
      int added = page.put(high, low, offset);
      if (added >= 0) {
        keys += added;
        return;
      }
      split(now, page, high);
    }
  }

  /**
   * Forgets a key, unless a later event of it than {@code offset} is noted. To be called within
   * {@link #change}.
   */
  public void remove(long high, long low, long offset) {
    if (pages.of(high).remove(high, low, offset)) {
      keys--;
    }
  }

  /** Forgets the keys whose latest event has a lower offset; page by page. */
  public void removeBelow(long offset) {
    Pages now = pages;
    forEachPage(now, page -> change(() -> keys -= page.removeBelow(offset)));
  }

  /** How many keys there are. Thread: safe. */
  public long keys() {
    long stamp = lock.readLock();
    try {
      return keys;
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** Bytes of memory. Thread: safe. */
  public long bytes() {
    long stamp = lock.readLock();
    try {
      return pageCount * PAGE_SLOTS * 2 * Long.BYTES + 8L * pages.all.length;
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /**
   * Slots in use, two longs each.
   *
   * @param longs the first {@code 2 * count} of them
   */
  record Slots(long[] longs, int count) {}

  /** The slots in use, page by page, without pages that have none. */
  Iterable<Slots> pages() {
    List<Page> all = new ArrayList<>();
    forEachPage(pages, all::add);
    return () -> all.stream().filter(page -> page.keys > 0).map(Page::used).iterator();
  }

  /** Takes a slot that another table had, in its two longs. */
  void putSlot(long high, long word) {
    put(high, word, Page.offset(word));
  }

  private static void forEachPage(Pages of, Consumer<Page> consumer) {
    for (int i = 0; i < of.all.length; ) {
      Page page = of.all[i];
      consumer.accept(page);
      i += 1 << (of.depth - page.depth);
    }
  }

  private void split(Pages now, Page page, long high) {
    if (page.depth == now.depth) {
      if (now.all.length >= ENTRIES_PER_PAGE_MAX * pageCount) {
        throw new StoreFailedException(
            "The hashes of " + keys + " keys are not spread: they were not made as they should be",
            null);
      }
      Page[] doubled = new Page[now.all.length * 2];
      Arrays.setAll(doubled, i -> now.all[i >> 1]);
      pages = new Pages(now.depth + 1, doubled);
      return;
    }
    Page[] halves = page.split();
    int count = 1 << (now.depth - page.depth);
    int first = (int) (high >>> (Long.SIZE - now.depth)) / count * count;
    Arrays.fill(now.all, first, first + count / 2, halves[0]);
    Arrays.fill(now.all, first + count / 2, first + count, halves[1]);
    pageCount++;
  }

  /** Slots of two longs: 64 bits of the hash; 16 more and the offset + 1, 0 for a free slot. */
  private static final class Page {

    private static final long OFFSET_MASK = (1L << 48) - 1;
    private static final int MASK = PAGE_SLOTS - 1;

    private final int depth;
    private final long[] slots = new long[PAGE_SLOTS * 2];
    private int keys;

    Page(int depth) {
      this.depth = depth;
    }

    static long offset(long word) {
      return (word & OFFSET_MASK) - 1;
    }

    private static int home(long high) {
      return (int) high & MASK;
    }

    /** The key's slot, or the free one where it belongs; -1 if a change meanwhile hides both. */
    private int slotOf(long high, long low) {
      int slot = home(high);
      for (int i = 0; i < PAGE_SLOTS; i++) {
        long word = slots[2 * slot + 1];
        if (word == 0 || (slots[2 * slot] == high && ((word ^ low) & ~OFFSET_MASK) == 0)) {
          return slot;
        }
        slot = (slot + 1) & MASK;
      }
      return -1;
    }

    long find(long high, long low) {
      int slot = slotOf(high, low);
      return slot < 0 ? ABSENT : offset(slots[2 * slot + 1]);
    }

    /** How many keys more there are, -1 if there is no room. */
    int put(long high, long low, long offset) {
      int slot = slotOf(high, low);
      long word = slots[2 * slot + 1];
      if (word == 0 && keys == PAGE_KEYS_MAX) {
        return -1;
      }
      if (offset(word) >= offset) {
        return 0;
      }
      slots[2 * slot] = high;
      slots[2 * slot + 1] = (low & ~OFFSET_MASK) | (offset + 1);
      if (word != 0) {
        return 0;
      }
      keys++;
      return 1;
    }

    boolean remove(long high, long low, long offset) {
      int slot = slotOf(high, low);
      long word = slots[2 * slot + 1];
      if (word == 0 || offset(word) > offset) {
        return false;
      }
      free(slot);
      keys--;
      return true;
    }

    /** Frees a slot and closes the gap: what could not stand there before may now. */
    private void free(int slot) {
      int gap = slot;
      for (int next = (gap + 1) & MASK; slots[2 * next + 1] != 0; next = (next + 1) & MASK) {
        int home = home(slots[2 * next]);
        if (((next - home) & MASK) >= ((next - gap) & MASK)) {
          slots[2 * gap] = slots[2 * next];
          slots[2 * gap + 1] = slots[2 * next + 1];
          gap = next;
        }
      }
      slots[2 * gap] = 0;
      slots[2 * gap + 1] = 0;
    }

    int removeBelow(long offset) {
      int before = keys;
      for (int slot = 0; slot < PAGE_SLOTS; ) {
        long word = slots[2 * slot + 1];
        if (word != 0 && offset(word) < offset) {
          // What moves into the gap is looked at next, or was: if it stood behind the page's end.
          free(slot);
          keys--;
        } else {
          slot++;
        }
      }
      return before - keys;
    }

    Page[] split() {
      Page[] halves = {new Page(depth + 1), new Page(depth + 1)};
      for (int slot = 0; slot < PAGE_SLOTS; slot++) {
        long word = slots[2 * slot + 1];
        if (word != 0) {
          long high = slots[2 * slot];
          halves[(int) (high >>> (Long.SIZE - 1 - depth)) & 1].put(high, word, offset(word));
        }
      }
      return halves;
    }

    Slots used() {
      long[] used = new long[keys * 2];
      int at = 0;
      for (int slot = 0; slot < PAGE_SLOTS; slot++) {
        if (slots[2 * slot + 1] != 0) {
          used[at++] = slots[2 * slot];
          used[at++] = slots[2 * slot + 1];
        }
      }
      return new Slots(used, keys);
    }
  }
}
