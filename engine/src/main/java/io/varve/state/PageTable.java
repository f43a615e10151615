package io.varve.state;

import io.varve.base.BadEventException;
import io.varve.base.CorruptionException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All pages by their numbers. The number of a page that was dropped is used again: no slot leads to
 * it any more.
 *
 * <p>Thread: the store's owner.
 */
final class PageTable {

  private @Nullable Page[] pages = new Page[64];
  private int end = 1; // 0 is no address
  private final ArrayDeque<Integer> freeNumbers = new ArrayDeque<>();

  /** The page that holds the address. */
  Page get(long address) {
    Page page = pages[Address.page(address)];
    if (page == null) {
      // Pages go when nothing in them is alive: some record told a wrong length of another.
      throw new CorruptionException(
          "of keyed state, record", address, "a page with something alive", "none");
    }
    return page;
  }

  /** The same; null if it has been dropped. */
  @Nullable Page find(long address) {
    return pages[Address.page(address)];
  }

  /** Makes a page, with nothing in it and no bytes in memory. */
  Page make() {
    Page page = new Page(takeNumber());
    pages[page.number] = page;
    return page;
  }

  private int takeNumber() {
    Integer number = freeNumbers.poll();
    if (number != null) {
      return number;
    }
    if (end == Address.PAGES_MAX) {
      throw new BadEventException(
          "The state of one task has grown to "
              + ((long) Address.PAGES_MAX << Page.BITS >> 30)
              + " GiB on disk, which is all that can be addressed; raise the parallelism");
    }
    if (end == pages.length) {
      pages = Arrays.copyOf(pages, pages.length * 2);
    }
    return end++;
  }

  boolean holds(Page page) {
    return pages[page.number] == page;
  }

  void remove(Page page) {
    pages[page.number] = null;
    freeNumbers.add(page.number);
  }

  void forEach(Consumer<Page> each) {
    for (int i = 1; i < end; i++) {
      Page page = pages[i];
      if (page != null) {
        each.accept(page);
      }
    }
  }
}
