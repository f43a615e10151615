package io.varve.connect.source.schedule;

import java.util.concurrent.TimeUnit;

/**
 * Tells one thread that another has something for it. A ring that nobody waited for counts for the
 * next wait.
 *
 * <p>Thread: safe, guarded by this.
 */
final class Bell {

  private boolean rung;

  synchronized void ring() {
    rung = true;
    notifyAll();
  }

  /** Waits for a ring; false if there was none within {@code nanos}. */
  synchronized boolean await(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; !rung && left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    boolean was = rung;
    rung = false;
    return was;
  }
}
