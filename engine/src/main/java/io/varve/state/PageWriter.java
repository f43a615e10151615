package io.varve.state;

import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.format.Fixed64;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes sealed pages to files, in the background, in the order in which they were sealed. The
 * first failure ends it for good.
 *
 * <p>Thread: called by the store's owner; what it does runs on a strand. {@link #await} may be
 * called by any thread.
 */
final class PageWriter {

  private static final Logger LOG = LoggerFactory.getLogger(PageWriter.class);

  /** So that a footer is built from a bounded number of records. */
  private static final int RECORDS_MAX = 1 << 20;

  private final StateFiles files;
  private final Executor strand;
  private final FirstFailure failure;

  /** Guards waiting for pages. */
  private final Object progress = new Object();

  // What is being written, on the strand.
  private @Nullable StateFile current;
  private @Nullable WriteFile out;
  private StateFooter.Builder footer = new StateFooter.Builder();

  PageWriter(StateFiles files, Executor strand, FirstFailure failure) {
    this.files = files;
    this.strand = strand;
    this.failure = failure;
  }

  /** Writes the page some time later. */
  void write(Page page) {
    execute(() -> writePage(page));
  }

  /** Ends the file under way behind the pages given so far; the ticket tells when it is done. */
  Ticket finish() {
    Ticket ticket = new Ticket();
    execute(
        () -> {
          finishFile();
          ticket.done();
        });
    return ticket;
  }

  /** Waits until the page is written. */
  void await(Page page) {
    waitUntil(() -> page.written);
  }

  /** Throws what has ended the writing, if anything has. */
  void check() {
    failure.check();
  }

  /** Retires the files in which nothing is alive. */
  void retireEmpty() {
    for (StateFile file : files.finished()) {
      if (file.empty()) {
        files.retire(file);
      }
    }
  }

  /** Waits until it is so, or throws what has ended the writing. */
  private void waitUntil(BooleanSupplier reached) {
    synchronized (progress) {
      while (!reached.getAsBoolean()) {
        failure.check();
        try {
          progress.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new StoreFailedException("Interrupted while waiting for state to be written", e);
        }
      }
    }
  }

  private void execute(Step step) {
    failure.check();
    try {
      strand.execute(
          () -> {
            try {
              failure.attempt("Writing state to " + files.path(), step::run);
            } catch (VarveException e) {
              // Kept as the first failure, which the owner and all who wait are told.
            } finally {
              synchronized (progress) {
                progress.notifyAll();
              }
            }
          });
    } catch (RejectedExecutionException e) {
      throw new StoreClosedException("The store's background work has ended");
    }
  }

  private void writePage(Page page) throws IOException {
    WriteFile to = out;
    StateFile file = current;
    if (to == null || file == null) {
      file = files.begin();
      to = files.create(file);
      ByteBuffer header = Fixed64.begin(StateFile.HEADER_MAGIC);
      header.putInt(12, StateFile.FORMAT_VERSION);
      to.append(Fixed64.finish(header));
      current = file;
      out = to;
      footer = new StateFooter.Builder();
    }
    ByteBuffer frame = page.frame;
    if (frame == null) {
      throw new IllegalStateException("a sealed page without frame");
    }
    ByteBuffer bytes = frame.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    footer.page(page.used);
    for (int at = 0; at < page.used; ) {
      int size = RecordLayout.bytes(bytes, at);
      bytes.putInt(at, RecordLayout.checksum(bytes, at));
      footer.record(
          RecordLayout.keyGroup(bytes, at),
          RecordLayout.table(bytes, at),
          at,
          size,
          RecordLayout.hash(bytes, at));
      at += size;
    }
    page.file = file;
    page.filePosition = to.length();
    page.indexInFile = footer.pages() - 1;
    to.append(bytes.limit(page.used).position(0));
    page.written = true;
    if (to.length() > files.fileBytesMax() || footer.records() > RECORDS_MAX) {
      finishFile();
    }
  }

  private void finishFile() throws IOException {
    WriteFile to = out;
    StateFile file = current;
    if (to == null || file == null) {
      return;
    }
    to.append(footer.finish(to.length()));
    file.finish(to.length(), footer.pages());
    to.close();
    out = null;
    current = null;
    footer = new StateFooter.Builder();
  }

  /**
   * Lets go of the file under way, and returns when no page is read or written any more. The
   * failure is set before, so that nothing is begun.
   */
  void close() {
    Ticket ticket = new Ticket();
    try {
      strand.execute(
          () -> {
            try {
              WriteFile to = out;
              if (to != null) {
                out = null;
                to.close();
              }
            } catch (IOException e) {
              LOG.debug("Closing a file of state that is not needed", e);
            } finally {
              ticket.done();
            }
          });
    } catch (RejectedExecutionException e) {
      return; // nothing runs any more
    }
    ticket.awaitWhateverHappened();
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Tells when the pages given before it are written and their files are finished. */
  final class Ticket {
    private boolean done;

    private void done() {
      synchronized (progress) {
        done = true;
        progress.notifyAll();
      }
    }

    private void awaitWhateverHappened() {
      boolean interrupted = false;
      synchronized (progress) {
        while (!done) {
          try {
            progress.wait();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /**
     * Waits for it.
     *
     * @throws VarveException what has ended the writing before
     */
    void await() {
      waitUntil(() -> done);
    }
  }
}
