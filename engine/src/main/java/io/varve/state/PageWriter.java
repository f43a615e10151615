package io.varve.state;

import io.varve.base.FirstFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Writes sealed pages to files, in the background, in the order in which they were sealed. The
 * first failure ends it for good.
 *
 * <p>Thread: called by the store's owner; what it does runs on a strand. {@link #await} may be
 * called by any thread.
 */
final class PageWriter {

  /** Who waits for a page waits for its step; handing a step over wakes a thread. */
  private static final int STEP_PAGES = 16;

  private final StateFiles files;
  private final Expiries expiries;
  private final StateStrand strand;

  /** The file under way, on the strand. */
  private @Nullable StateFileWriter out;

  PageWriter(StateFiles files, Expiries expiries, Executor executor, FirstFailure failure) {
    this.files = files;
    this.expiries = expiries;
    this.strand = new StateStrand(executor, failure, "Writing state to " + files.path());
  }

  /** Writes the page some time later. */
  void write(Page page) {
    strand.execute(() -> writePage(page));
  }

  /** Writes the pages some time later, some of them in one step. */
  void write(List<Page> pages) {
    for (int from = 0; from < pages.size(); from += STEP_PAGES) {
      List<Page> some = pages.subList(from, Math.min(pages.size(), from + STEP_PAGES));
      strand.execute(
          () -> {
            for (Page page : some) {
              writePage(page);
            }
          });
    }
  }

  /** Ends the file under way behind the pages given so far; the ticket tells when it is done. */
  Ticket finish() {
    Ticket ticket = new Ticket();
    strand.execute(
        () -> {
          finishFile();
          ticket.done = true;
        });
    return ticket;
  }

  /** Waits until the page is written. */
  void await(Page page) {
    strand.waitUntil(() -> page.written);
  }

  /** Throws what has ended the writing, if anything has. */
  void check() {
    strand.check();
  }

  /** Retires the files in which nothing is alive. */
  void retireEmpty() {
    for (StateFile file : files.finished()) {
      if (file.empty()) {
        files.retire(file);
      }
    }
  }

  private void writePage(Page page) throws IOException {
    StateFileWriter to = out;
    if (to == null) {
      to = StateFileWriter.create(files, new TimestampsBuilder(expiries::of, false));
      out = to;
    }
    ByteBuffer frame = page.frame;
    if (frame == null) {
      throw new IllegalStateException("a sealed page without frame");
    }
    page.file = to.file();
    page.indexInFile = to.pages();
    page.filePosition = to.page(frame.duplicate().order(ByteOrder.LITTLE_ENDIAN), page.used);
    page.written = true;
    if (to.isFull(1)) {
      finishFile();
    }
  }

  private void finishFile() throws IOException {
    StateFileWriter to = out;
    if (to != null) {
      to.finish();
      out = null;
    }
  }

  /**
   * Lets go of the file under way, and returns when no page is read or written any more. The
   * failure is set before, so that nothing is begun.
   */
  void close() {
    strand.end(
        () -> {
          StateFileWriter to = out;
          out = null;
          if (to != null) {
            to.abandon();
          }
        });
  }

  /** Tells when the pages given before it are written and their files are finished. */
  final class Ticket {
    private volatile boolean done;

    /**
     * Waits for it.
     *
     * @throws io.varve.base.VarveException what has ended the writing before
     */
    void await() {
      strand.waitUntil(() -> done);
    }
  }
}
