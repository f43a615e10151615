package io.varve.base;

/** Where time comes from, so that a test can hold it. Thread: implementations are safe. */
public interface Clock {

  /** Milliseconds since the Unix epoch. May jump. */
  long wallMs();

  /** Nanoseconds from an arbitrary origin. Never goes back. */
  long nanos();

  /** The machine's clock. */
  Clock SYSTEM =
      new Clock() {
        @Override
        public long wallMs() {
          return System.currentTimeMillis();
        }

        @Override
        public long nanos() {
          return System.nanoTime();
        }
      };
}
