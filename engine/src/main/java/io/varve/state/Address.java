package io.varve.state;

/**
 * Where a record is: its page's number and the place in it, in units of 8 bytes. 0 is no address.
 */
final class Address {

  /** Bits of an address. */
  static final int BITS = 34;

  private static final int UNIT_BITS = 3;
  private static final int IN_PAGE_BITS = Page.BITS - UNIT_BITS;
  private static final int IN_PAGE_MASK = (1 << IN_PAGE_BITS) - 1;

  /** No more pages can be addressed. */
  static final int PAGES_MAX = 1 << (BITS - IN_PAGE_BITS);

  private Address() {}

  /** The address of the record that begins at {@code at} in the page. */
  static long of(Page page, int at) {
    return (long) page.number << IN_PAGE_BITS | at >>> UNIT_BITS;
  }

  /** The number of the page that the record is in. */
  static int page(long address) {
    return (int) (address >>> IN_PAGE_BITS);
  }

  /** Where in its page the record begins. */
  static int place(long address) {
    return (int) (address & IN_PAGE_MASK) << UNIT_BITS;
  }

  /** Whether two addresses are in one page. */
  static boolean inOnePage(long address, long other) {
    return (address ^ other) >>> IN_PAGE_BITS == 0;
  }
}
