package io.varve.flink.state.keyed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets other threads read a store between two operations of the task's thread.
 *
 * <p>The task's thread pays for one fence an operation. A reader announces itself, waits until no
 * operation is under way, and holds the next one up until it is done. Operations don't nest.
 *
 * <p>Thread: {@link #enter} and {@link #exit} by one thread at a time, the rest by any.
 */
public final class StoreGate {

  private static final VarHandle BUSY;

  /** About as long as an operation that finds everything in memory, many times over. */
  private static final int TRY_SPINS = 10_000;

  static {
    try {
      BUSY = MethodHandles.lookup().findVarHandle(StoreGate.class, "busy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ReentrantLock reading = new ReentrantLock();
  private volatile boolean busy;
  private volatile boolean wanted;

  /** Begins an operation. */
  public void enter() {
    busy = true;
    if (wanted) {
      giveWay();
    }
  }

  private void giveWay() {
    busy = false;
    reading.lock();
    try {
      busy = true;
    } finally {
      reading.unlock();
    }
  }

  /** Ends an operation. */
  public void exit() {
    BUSY.setRelease(this, false);
  }

  /**
   * Begins to read if that is possible at once, in any thread.
   *
   * @return false if an operation goes on, or another thread reads
   */
  public boolean tryEnterReader() {
    if (!reading.tryLock()) {
      return false;
    }
    wanted = true;
    for (int spins = 0; busy; spins++) {
      if (spins == TRY_SPINS) {
        exitReader();
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  /** Begins to read, in any thread. */
  void enterReader() {
    reading.lock();
    wanted = true;
    while (busy) {
      Thread.onSpinWait();
    }
  }

  /** Ends reading. */
  public void exitReader() {
    wanted = false;
    reading.unlock();
  }
}
