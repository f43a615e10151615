package io.varve.benchmarks.connect;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waiting for other processes. */
final class Pause {

  private static final long POLL_MS = 10;
  private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(5);

  private Pause() {}

  static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        throw new IllegalStateException("Waited five minutes in vain for " + what);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }
}
