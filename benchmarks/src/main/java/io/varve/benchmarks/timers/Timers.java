package io.varve.benchmarks.timers;

/**
 * Holds timers and gives them to a {@link Tally} when they are due. Added to and driven by one
 * thread; some give in threads of their own.
 */
interface Timers extends AutoCloseable {

  /** How to make one, empty, for a turn. */
  interface Opening {
    Timers open(Load load, Tally tally);
  }

  void add(long dueMs, long offset);

  /** Waits until what was added is where it stays, if another thread puts it there. */
  default void settle() throws InterruptedException {}

  /** Begins to give what is due by the machine's clock, in threads of its own, if it has such. */
  default void start() {}

  /** Gives what is due, if it has no such threads. */
  default void expire(long nowMs) throws InterruptedException {}

  @Override
  void close();
}
