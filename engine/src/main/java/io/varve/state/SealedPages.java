package io.varve.state;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Pages on their way to a file, in the order in which they were sealed. Taking in all that a region
 * had takes no longer than taking in one.
 *
 * <p>Thread: the store's owner.
 */
final class SealedPages {

  private final ArrayDeque<Iterator<Page>> batches = new ArrayDeque<>();
  private @Nullable Page first;

  void add(Page page) {
    addAll(Collections.singleton(page));
  }

  /**
   * @param pages that do not change any more
   */
  void addAll(Iterable<Page> pages) {
    batches.add(pages.iterator());
  }

  /** The page that was sealed first; null if there is none. */
  @Nullable Page peek() {
    while (first == null && !batches.isEmpty()) {
      if (batches.getFirst().hasNext()) {
        first = batches.getFirst().next();
      } else {
        batches.remove();
      }
    }
    return first;
  }

  /** Takes out the page that was sealed first. */
  void remove() {
    first = null;
  }
}
