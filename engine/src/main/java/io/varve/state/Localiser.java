package io.varve.state;

import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the files of a snapshot that was opened to the store's folder: by a link, else by copying
 * them in the background. A copy that fails is told in the log, and made again only when somebody
 * needs it: the file is read from where it was.
 *
 * <p>Thread: safe.
 */
final class Localiser {

  private static final Logger LOG = LoggerFactory.getLogger(Localiser.class);
  private static final int PIECE_BYTES = 1 << 20;

  /** A copy that ends neither when it is told nor when its streams are closed is left alone. */
  private static final long CLOSE_WAIT_MS = 1_000;

  private static final int CLOSE_WAITS_MAX = 10;

  private final StateFiles files;
  private final Executor transfers;
  private volatile boolean closed;
  private volatile long bytesLeft;
  private volatile int filesRemote;
  private volatile int filesLocal;

  /** Files that are being copied; guarded by this. */
  private final Set<StateFile> underWay = new HashSet<>();

  /** Files that are still to be copied; guarded by this. */
  private final Set<StateFile> remote = new HashSet<>();

  Localiser(StateFiles files, Executor transfers) {
    this.files = files;
    this.transfers = transfers;
  }

  /** A file of the snapshot: in the folder if it could be linked to, else where it is. */
  StateFile open(String name, RestoredSnapshot.Files from) {
    try {
      if (from.link(name, files.path())) {
        return new StateFile(name, () -> files.folder().open(name));
      }
    } catch (IOException e) {
      LOG.debug("Copying {} instead of linking to it", name, e);
    }
    StateFile file = new StateFile(name, () -> from.open(name));
    file.setElsewhere();
    return file;
  }

  /** Copies the file some time later, if it isn't in the folder. */
  void add(StateFile file) {
    if (!file.isElsewhere()) {
      countLocal();
      return;
    }
    spend(-file.length());
    countRemote(file);
    try {
      transfers.execute(
          () -> {
            try {
              if (begin(file, false)) {
                copyBegun(file);
              }
            } catch (IOException e) {
              if (!closed && !file.isClosed()) {
                LOG.warn("Could not copy {} to {}; reading it where it is", file, files.path(), e);
              }
            } finally {
              spend(file.length());
              recount(file);
            }
          });
    } catch (RejectedExecutionException e) {
      spend(file.length());
      LOG.debug("Not copying {}: the background work has ended", file.name());
    }
  }

  /** Bytes that are still to be copied in the background; a file's go when it is done. */
  long bytesLeft() {
    return bytesLeft;
  }

  /** Files that are read where they were; those that nobody needs any more are not counted. */
  int filesRemote() {
    return filesRemote;
  }

  /** Files that are in the folder since the restore. */
  int filesLocal() {
    return filesLocal;
  }

  /** Returns when the file is in the folder, or nobody needs it any more. */
  void awaitLocal(StateFile file) throws IOException {
    if (begin(file, true)) {
      copyBegun(file);
    }
  }

  /**
   * Claims the file for a copy; false if there is none to be made.
   *
   * @param wait whether to wait for a copy that is under way, else false if there is one
   */
  private synchronized boolean begin(StateFile file, boolean wait) throws IOException {
    while (underWay.contains(file)) {
      if (!wait) {
        return false;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Interrupted while waiting for a copy of " + file, e);
      }
    }
    if (file.isClosed() || !file.isElsewhere()) {
      return false;
    }
    if (closed && wait) {
      throw new IOException("The store was closed before there was a copy of " + file);
    }
    return !closed && underWay.add(file);
  }

  private void copyBegun(StateFile file) throws IOException {
    try {
      copy(file);
    } finally {
      if (file.isClosed() || file.isElsewhere()) {
        deleteCopy(file);
      }
      recount(file);
      synchronized (this) {
        underWay.remove(file);
        notifyAll();
      }
    }
  }

  private void copy(StateFile file) throws IOException {
    ReadFile from = file.source();
    try (WriteFile to = files.folder().create(file.name())) {
      ByteBuffer piece =
          ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(1, file.length())));
      for (long copied = 0; copied < file.length(); ) {
        if (closed || file.isClosed()) {
          return;
        }
        int read = from.read(piece.clear(), copied);
        if (read == 0) {
          throw new IOException(file.name() + " ends after " + copied + " bytes");
        }
        to.append(piece.flip());
        copied += read;
      }
    }
    files.localise(file);
  }

  /** Of a copy that is not whole, or whose file was closed and deleted before it was there. */
  private void deleteCopy(StateFile file) {
    try {
      files.folder().delete(file.name());
    } catch (IOException e) {
      LOG.warn("Could not delete {} in {}", file.name(), files.path(), e);
    }
  }

  private synchronized void countLocal() {
    filesLocal++;
  }

  private synchronized void countRemote(StateFile file) {
    remote.add(file);
    filesRemote = remote.size();
  }

  /** Counts the file no longer as remote if it has been copied, or nobody needs it any more. */
  private synchronized void recount(StateFile file) {
    boolean needed = !file.isClosed();
    if ((!needed || !file.isElsewhere()) && remote.remove(file)) {
      filesRemote = remote.size();
      filesLocal += needed ? 1 : 0;
    }
  }

  private synchronized void spend(long bytes) {
    bytesLeft -= bytes;
  }

  /** Begins no more copies, and waits for those under way, which end soon. */
  synchronized void close() {
    closed = true;
    boolean interrupted = false;
    for (int waits = 0; waits < CLOSE_WAITS_MAX && !underWay.isEmpty(); waits++) {
      try {
        wait(CLOSE_WAIT_MS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
