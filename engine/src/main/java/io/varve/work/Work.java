package io.varve.work;

import java.util.concurrent.Executor;

/** Runs a store's background work. Thread: safe. */
public interface Work extends AutoCloseable {

  /**
   * An executor whose tasks run one after another, in order, each seeing what the one before did.
   */
  Executor strand();

  /**
   * Runs {@code task} every {@code intervalMs} milliseconds, the first time after one interval,
   * until the returned handle is closed. The task must be short: hand real work to a strand.
   */
  Repeating every(long intervalMs, Runnable task);

  /** Lets tasks that are queued run, though for no longer than a second, and ends all threads. */
  @Override
  void close();

  /** A task that repeats until closed. */
  interface Repeating extends AutoCloseable {
    @Override
    void close();
  }
}
