package io.varve.state;

import io.varve.base.FirstFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Writes sealed pages to files, in the background, in the order in which they were sealed. The
 * first failure ends it for good.
 *
 * <p>What a snapshot seals is only put down at first, as {@link StateStrand} tells.
 *
 * <p>Thread: called by the store's owner; what it does runs on a strand. {@link Ticket#await} may
 * be called by any thread.
 */
final class PageWriter {

  /** Who waits for a page waits for so many at the most. */
  private static final int SIGNALLED_PAGES = 16;

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

  /**
   * Puts pages down to be written, but for those that the image does not hold: nobody needs them.
   *
   * @param pages that do not change any more
   */
  void putDown(Iterable<Page> pages, LogImage image) {
    strand.putDown(() -> writePages(pages, image));
  }

  /**
   * Puts down that the file under way is to end behind the pages given so far; the ticket tells
   * when it is done.
   */
  Ticket finish() {
    Ticket ticket = new Ticket();
    strand.putDown(
        () -> {
          finishFile();
          ticket.done = true;
        });
    return ticket;
  }

  /** Begins with what was put down. */
  void start() {
    strand.start();
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

  private void writePages(Iterable<Page> pages, LogImage image) throws IOException {
    int count = 0;
    for (Page page : pages) {
      if (image.holds(page)) {
        writePage(page);
      } else {
        page.written = true;
      }
      if (++count % SIGNALLED_PAGES == 0) {
        strand.signal();
        strand.check();
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
    page.prints = to.prints(page.used);
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
