package io.varve.state;

import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the files of a snapshot that was opened to the store's folder, one after another, in the
 * background. A copy that fails is told in the log and tried no more: the file is read from where
 * it was.
 *
 * <p>Thread: safe.
 */
final class Localiser {

  private static final Logger LOG = LoggerFactory.getLogger(Localiser.class);
  private static final int PIECE_BYTES = 1 << 20;

  private final StateFiles files;
  private final Executor strand;
  private volatile boolean closed;
  private volatile long bytesLeft;
  private volatile int filesRemote;
  private volatile int filesLocal;

  Localiser(StateFiles files, Executor strand) {
    this.files = files;
    this.strand = strand;
  }

  /** Copies the file some time later. */
  void add(StateFile file) {
    synchronized (this) {
      bytesLeft += file.length();
      filesRemote++;
    }
    try {
      strand.execute(() -> copy(file));
    } catch (RejectedExecutionException e) {
      LOG.debug("Not copying {}: the background work has ended", file.name());
    }
  }

  /** Bytes that are not in the folder yet. */
  long bytesLeft() {
    return bytesLeft;
  }

  /** Files that are read where they were; those that nobody needs any more are not counted. */
  int filesRemote() {
    return filesRemote;
  }

  /** Files that have been copied. */
  int filesLocal() {
    return filesLocal;
  }

  private void copy(StateFile file) {
    long copied = 0;
    if (file.isClosed()) {
      counted(false);
      spend(file.length());
      return;
    }
    try {
      ReadFile from = file.source();
      try (WriteFile to = files.folder().create(file.name())) {
        ByteBuffer piece =
            ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(1, file.length())));
        while (copied < file.length() && !closed && !file.isClosed()) {
          int read = from.read(piece.clear(), copied);
          if (read == 0) {
            throw new IOException(file.name() + " ends after " + copied + " bytes");
          }
          to.append(piece.flip());
          copied += read;
          spend(read);
        }
      }
      if (!closed && !file.isClosed()) {
        files.localise(file);
        counted(true);
      } else if (file.isClosed()) {
        counted(false);
      }
    } catch (IOException e) {
      if (!closed && !file.isClosed()) {
        LOG.warn("Could not copy {} to {}; reading it where it is", file, files.path(), e);
      }
    }
    spend(file.length() - copied);
    if (file.isClosed()) {
      deleteCopy(file);
    }
  }

  /** Who closed the file has deleted it, but perhaps before the copy was there. */
  private void deleteCopy(StateFile file) {
    try {
      files.folder().delete(file.name());
    } catch (IOException e) {
      LOG.warn("Could not delete {} in {}", file.name(), files.path(), e);
    }
  }

  private synchronized void counted(boolean local) {
    filesRemote--;
    filesLocal += local ? 1 : 0;
  }

  private synchronized void spend(long bytes) {
    bytesLeft -= bytes;
  }

  void close() {
    closed = true;
  }
}
