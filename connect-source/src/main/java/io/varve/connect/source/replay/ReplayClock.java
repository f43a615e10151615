package io.varve.connect.source.replay;

import java.util.concurrent.TimeUnit;

/** Time as a replay sees and spends it, so that a test can hold it. */
public interface ReplayClock {

  /** Nanoseconds from an arbitrary origin; never goes back. */
  long nanos();

  /** Lets {@code nanos} pass. */
  void sleep(long nanos) throws InterruptedException;

  /** The machine's. */
  ReplayClock SYSTEM =
      new ReplayClock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
          TimeUnit.NANOSECONDS.sleep(nanos);
        }
      };
}
