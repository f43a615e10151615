package io.varve.state;

import java.util.Arrays;

/**
 * The places of records, put into the order of their owners: records of one key lie together then,
 * and among themselves as they were. An owner is known by a hash; few have the same.
 *
 * <p>Places are added, {@link #sort sorted} and taken; when it is {@link #clear cleared} it may be
 * filled anew.
 *
 * <p>Thread: one at a time.
 */
final class OwnerOrder {

  /** Bits of a record's place in its page, in units of 8 bytes. */
  private static final int IN_PAGE_BITS = Page.BITS - 3;

  private static final int IN_PAGE_MASK = (1 << IN_PAGE_BITS) - 1;

  /** The most pages whose records are put in order together. */
  static final int PAGES_MAX = 1 << (Integer.SIZE - IN_PAGE_BITS);

  /** The least that it can work with. */
  static final int BYTES_MIN = 8 * Long.BYTES * (Page.BYTES / RecordLayout.BYTES_MIN);

  private final int entriesMax;

  /** Made by who fills it first: to do so takes a while. */
  private long[] entries = {};

  private int count;
  private int next;

  /**
   * @param bytes what it takes on the heap; room for the records of one page at least
   */
  OwnerOrder(int bytes) {
    entriesMax = bytes / Long.BYTES;
  }

  /** Forgets all. */
  void clear() {
    count = 0;
    next = 0;
  }

  /** Whether the records of a page of that number may be added. */
  boolean hasRoom(int page) {
    return page < PAGES_MAX && count + Page.BYTES / RecordLayout.BYTES_MIN <= entriesMax;
  }

  /**
   * Adds a record.
   *
   * @param page the number of its page
   * @param at where in the page it begins
   */
  void add(int ownerHash, int page, int at) {
    if (entries.length == 0) {
      entries = new long[entriesMax];
    }
    int place = (page << IN_PAGE_BITS) | (at >>> 3);
    entries[count++] = (long) ownerHash << Integer.SIZE | (place & 0xffff_ffffL);
  }

  void sort() {
    Arrays.sort(entries, 0, count);
  }

  /** Whether there are places that have not been taken. */
  boolean hasNext() {
    return next < count;
  }

  /** The number of the page that has the next record. */
  int nextPage() {
    return (int) entries[next] >>> IN_PAGE_BITS;
  }

  /** Where in its page the next record begins; takes it. */
  int takeNext() {
    return ((int) entries[next++] & IN_PAGE_MASK) << 3;
  }
}
