package io.varve.state;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was alive in a log at one moment: its pages and their dead bits. Neither changes any more.
 *
 * <p>Thread: immutable; the pages' places in files are known once they are written.
 */
final class LogImage {

  private final LivePages.Chunk[] chunks;

  /**
   * @param dead the dead bits of that moment; null if nothing in the page was dead
   */
  record Part(Page page, long @Nullable [] dead) {}

  LogImage(LivePages.Chunk[] chunks) {
    this.chunks = chunks;
  }

  /** Whether anything was alive in the page, which was among the log's. */
  boolean holds(Page page) {
    return LivePages.part(chunks, page.number) != null;
  }

  /** All pages in which anything was alive, by number. */
  List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    for (int number = 0; number < LivePages.numbersEnd(chunks); number++) {
      Part part = LivePages.part(chunks, number);
      if (part != null) {
        parts.add(part);
      }
    }
    return parts;
  }
}
