package io.varve.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was alive in a log at one moment: its pages and their dead bits. Neither changes any more.
 *
 * <p>Thread: immutable; the pages' places in files are known once they are written.
 */
record LogImage(List<Part> parts) {

  /**
   * @param dead the dead bits of that moment; null if nothing in the page was dead
   */
  record Part(Page page, long @Nullable [] dead) {}
}
