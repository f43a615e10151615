package io.varve.replay;

import java.util.ConcurrentModificationException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a consumer to one thread at a time, and to nobody when it is closed. It never waits: who
 * comes while another thread is in is told that this is a mistake.
 *
 * <p>Thread: safe.
 */
final class OneThread {

  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
  private int depth;
  private boolean closed;

  /**
   * @throws IllegalStateException if the consumer is closed
   * @throws ConcurrentModificationException if another thread is in
   */
  void enter() {
    enterAnyway();
    if (closed) {
      leave();
      throw new IllegalStateException("This consumer has already been closed.");
    }
  }

  /** The same, of a closed consumer too. */
  void enterAnyway() {
    Thread current = Thread.currentThread();
    Thread other = inside.get();
    if (other != current && !inside.compareAndSet(null, current)) {
      throw new ConcurrentModificationException(
          "VarveConsumer is not safe for multi-threaded access. currentThread(name: "
              + current.getName()
              + ") otherThread(name: "
              + (other == null ? "?" : other.getName())
              + ")");
    }
    depth++;
  }

  void leave() {
    if (--depth == 0) {
      inside.set(null);
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Lets nobody in from now on. */
  void close() {
    closed = true;
  }
}
