package io.varve.log;

import io.varve.io.BufferPool;
import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pieces of a segment that will be wanted next, in the background, while another one is
 * worked on. It goes by batch lengths that are not checked yet and stops at the first that makes no
 * sense, and at any trouble: whoever needs those bytes reads them again, and reports.
 *
 * <p>Thread: safe, guarded by itself. A piece is filled by one thread and then only read.
 */
final class ReadAhead {

  /** So many pieces may wait to be worked on, */
  private static final int WAITING_MAX = 4;

  /** and one where many readers share memory. */
  private static final long LENT_BYTES_MAX = 64 << 20;

  /** Goes on reading when no more than so many wait. */
  private static final int WAITING_FEW = 1;

  private final ReadFile file;
  private final BufferPool pool;
  private final Executor executor;

  private final ArrayDeque<Piece> waiting = new ArrayDeque<>();

  /** What was read last, or null while there is no telling what will be wanted. */
  private @Nullable Piece last;

  private long limit;
  private boolean queued;
  private boolean reading;

  /**
   * @param executor who reads; need not ever come to it
   */
  ReadAhead(ReadFile file, BufferPool pool, Executor executor) {
    this.file = file;
    this.pool = pool;
    this.executor = executor;
  }

  /**
   * Has what lies behind {@code current} read, if that isn't being done already.
   *
   * @param newLimit the file's committed end; not a byte behind it is read
   */
  void behind(Piece current, long newLimit) {
    synchronized (this) {
      limit = newLimit;
      if (last == null) {
        last = current;
      }
      if (queued || reading || waiting.size() > WAITING_FEW || last.end() >= limit) {
        return;
      }
      queued = true;
    }
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      // The store is being closed; nobody reads ahead any more.
      synchronized (this) {
        queued = false;
      }
    }
  }

  /**
   * Takes the piece that holds {@code count} bytes from {@code position} on, and waits for it if it
   * is being read. Pieces before it are given up.
   *
   * @return null if there is none; then nothing is read until {@link #behind} says where
   */
  synchronized @Nullable Piece take(long position, int count) {
    while (true) {
      Piece piece = waiting.peek();
      if (piece != null && piece.holds(position, count)) {
        waiting.remove();
        return piece;
      }
      if (reading) {
        // It reads from the last piece: none may be given up now.
        awaitRead();
      } else if (piece != null) {
        waiting.remove();
        pool.give(piece.bytes());
      } else {
        last = null;
        return null;
      }
    }
  }

  /** Gives everything back; nothing is read afterwards. */
  synchronized void close() {
    limit = 0;
    while (reading) {
      awaitRead();
    }
    last = null;
    waiting.forEach(piece -> pool.give(piece.bytes()));
    waiting.clear();
  }

  private void awaitRead() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          wait();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    Piece from;
    long end;
    synchronized (this) {
      queued = false;
      from = claim();
      end = limit;
    }
    while (from != null) {
      Piece next = read(from, end);
      synchronized (this) {
        reading = false;
        from = null;
        if (next != null) {
          waiting.add(next);
          last = next;
          from = claim();
          end = limit;
        }
        notifyAll();
      }
    }
  }

  /** The piece behind which to read now, or null if there is nothing to do. */
  private @Nullable Piece claim() {
    int most = pool.lentBytes() > LENT_BYTES_MAX ? 1 : WAITING_MAX;
    if (last == null || last.end() >= limit || waiting.size() >= most) {
      return null;
    }
    reading = true;
    return last;
  }

  private @Nullable Piece read(Piece before, long end) {
    long start = before.wholeEnd();
    int known = before.bytesFrom(start);
    int wanted = Piece.bytes(before.batchBytes(start), end - start);
    ByteBuffer bytes = pool.take(wanted);
    try {
      before.copyFrom(start, bytes);
      int count = file.read(bytes.duplicate().limit(wanted).position(known), start + known);
      Piece piece = new Piece(bytes, start, known + count);
      if (piece.wholeEnd() > start) {
        return piece;
      }
    } catch (IOException | RuntimeException e) {
      // Whoever needs these bytes reads them again and meets the same.
    }
    pool.give(bytes);
    return null;
  }
}
