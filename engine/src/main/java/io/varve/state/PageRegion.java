package io.varve.state;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one kind that are in memory: those that are changed in place, and those that a file
 * has as well.
 *
 * <p>Thread: the store's owner.
 */
final class PageRegion {

  /** Pages that were looked into lately and get another chance, at each eviction. */
  private static final int CHANCES = 16;

  /** Where new records go; among the mutable pages. */
  @Nullable Page tail;

  /** Mutable pages, oldest first. */
  ArrayDeque<Page> mutable = new ArrayDeque<>();

  /** Pages whose bytes are in memory and in a file; some may have lost their frame since. */
  final ArrayDeque<Page> clean = new ArrayDeque<>();

  final DeadPlaces dead = new DeadPlaces();

  /** Takes the page out of those that are mutable. */
  void remove(Page page) {
    mutable.remove(page);
    if (page == tail) {
      tail = null;
    }
  }

  /** Lets go of all that are mutable, and returns them. */
  ArrayDeque<Page> takeMutable() {
    ArrayDeque<Page> all = mutable;
    mutable = new ArrayDeque<>();
    tail = null;
    dead.clear();
    return all;
  }

  /** The oldest mutable page that the operation under way hasn't touched. */
  @Nullable Page oldestToSeal(long operation) {
    for (Page page : mutable) {
      if (page.lastOperation != operation) {
        return page;
      }
    }
    return null;
  }

  /** Takes out a page whose frame may go; null if there is none. */
  @Nullable Page takeToEvict(long operation) {
    int chances = Math.min(clean.size(), CHANCES);
    long lately = operation - clean.size();
    // Twice around: those that have had a chance are asked again before it is said that all are
    // used.
    for (int tries = 2 * clean.size(); tries > 0 && !clean.isEmpty(); tries--) {
      Page page = clean.remove();
      if (page.frame == null) {
        continue;
      }
      if (page.lastOperation == operation || (chances-- > 0 && page.lastOperation > lately)) {
        clean.add(page);
        continue;
      }
      return page;
    }
    return null;
  }
}
