package io.varve.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two kinds of pages in memory, and which of them goes first: nodes stay longer, since each
 * operation on a map looks into several.
 *
 * <p>Thread: the store's owner.
 */
final class PageRegions {

  private final PageRegion nodes = new PageRegion();
  private final PageRegion content = new PageRegion();

  PageRegion of(PageKind kind) {
    return kind == PageKind.NODES ? nodes : content;
  }

  PageRegion of(Page page) {
    return of(page.kind);
  }

  List<PageRegion> all() {
    return List.of(nodes, content);
  }

  /** Whether content is what goes first, since there are enough clean pages of it. */
  boolean hasContentToEvict() {
    return content.clean.size() > nodes.clean.size() / 2;
  }

  /** Takes out a clean page whose frame may go; null if there is none. */
  @Nullable Page takeToEvict(long operation) {
    boolean contentFirst = hasContentToEvict();
    Page page = (contentFirst ? content : nodes).takeToEvict(operation);
    return page != null ? page : (contentFirst ? nodes : content).takeToEvict(operation);
  }

  /** The same, but never of nodes. */
  @Nullable Page takeContentToEvict(long operation) {
    return content.takeToEvict(operation);
  }

  /**
   * The oldest mutable page that the operation under way hasn't touched; null if there is none.
   * Content goes first, as long as there is twice as much of it as of nodes.
   */
  @Nullable Page oldestToSeal(long operation) {
    boolean contentFirst = content.mutable.size() > 2 * nodes.mutable.size();
    Page page = (contentFirst ? content : nodes).oldestToSeal(operation);
    return page != null ? page : (contentFirst ? nodes : content).oldestToSeal(operation);
  }

  /** Bytes that clean pages have in memory; counting ends behind enough of each kind. */
  long cleanBytes(long enough) {
    return cleanBytes(content, enough) + cleanBytes(nodes, enough);
  }

  private static long cleanBytes(PageRegion region, long enough) {
    long bytes = 0;
    for (Page page : region.clean) {
      bytes += page.frame == null ? 0 : page.used;
      if (bytes > enough) {
        break;
      }
    }
    return bytes;
  }
}
