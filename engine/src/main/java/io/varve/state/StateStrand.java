package io.varve.state;

import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store's work in the background: steps one after another, whose first failure ends it for good
 * and is told to all who wait.
 *
 * <p>What a snapshot gives it is only put down at first: a thread that is woken may take the
 * processor from the one that wakes it, which is just what a snapshot must not wait for. The
 * owner's next operation begins with it, or whoever waits for anything.
 *
 * <p>Thread: safe; what was put down is guarded by itself.
 */
final class StateStrand {

  private static final Logger LOG = LoggerFactory.getLogger(StateStrand.class);

  private final Executor executor;
  private final FirstFailure failure;
  private final String doing;

  private final ArrayDeque<FirstFailure.Step> putDown = new ArrayDeque<>();

  /** Guards waiting. */
  private final Object progress = new Object();

  /**
   * @param doing what the steps do, for messages
   */
  StateStrand(Executor executor, FirstFailure failure, String doing) {
    this.executor = executor;
    this.failure = failure;
    this.doing = doing;
  }

  /** Puts a step down, to be begun with by {@link #start}. */
  void putDown(FirstFailure.Step step) {
    synchronized (putDown) {
      putDown.add(step);
    }
  }

  /** Begins with what was put down. */
  void start() {
    synchronized (putDown) {
      FirstFailure.Step step;
      while ((step = putDown.poll()) != null) {
        submit(step);
      }
    }
  }

  /** Does the step some time later, unless anything has failed by then. */
  void execute(FirstFailure.Step step) {
    start();
    submit(step);
  }

  private void submit(FirstFailure.Step step) {
    failure.check();
    try {
      executor.execute(
          () -> {
            try {
              failure.attempt(doing, step);
            } catch (VarveException e) {
              // Kept as the first failure, which the owner and all who wait are told.
              LOG.debug("{} has ended", doing, e);
            } finally {
              signal();
            }
          });
    } catch (RejectedExecutionException e) {
      throw new StoreClosedException("The store's background work has ended");
    }
  }

  /** Lets those who wait look again, in the midst of a step too. */
  void signal() {
    synchronized (progress) {
      progress.notifyAll();
    }
  }

  /** Throws what has failed, if anything has. */
  void check() {
    failure.check();
  }

  /** Ends the store with that failure, unless it has failed before; returns the first. */
  VarveException fail(VarveException failed) {
    return failure.set(failed);
  }

  /** Whether anything has failed. */
  boolean failed() {
    return failure.get() != null;
  }

  /**
   * Waits until a step has made it so.
   *
   * @throws VarveException what has failed before
   */
  void waitUntil(BooleanSupplier reached) {
    start();
    synchronized (progress) {
      while (!reached.getAsBoolean()) {
        failure.check();
        try {
          progress.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new StoreFailedException("Interrupted while waiting for: " + doing, e);
        }
      }
    }
  }

  /**
   * Does a last step, whatever has failed, and returns when it is done and none runs any more. The
   * failure is set before, so that nothing else is begun.
   */
  void end(FirstFailure.Step last) {
    AtomicBoolean done = new AtomicBoolean();
    try {
      executor.execute(
          () -> {
            try {
              last.run();
            } catch (IOException e) {
              LOG.debug("Closing a file of state that is not needed", e);
            } finally {
              done.set(true);
              signal();
            }
          });
    } catch (RejectedExecutionException e) {
      return; // nothing runs any more
    }
    boolean interrupted = false;
    synchronized (progress) {
      while (!done.get()) {
        try {
          progress.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
