package io.varve.work;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Background work on daemon threads of its own, shared by all the logs of one open store.
 *
 * <p>Thread: safe; each strand's queue is guarded by the strand.
 */
public final class ThreadedWork implements Work {

  private static final Logger LOG = LoggerFactory.getLogger(ThreadedWork.class);
  private static final long CLOSE_TIMEOUT_MS = 1_000;

  private final ScheduledThreadPoolExecutor threads;

  /**
   * @param threads how many threads write and sync
   * @param name what the threads' names begin with
   */
  public ThreadedWork(int threads, String name) {
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        task -> {
          Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    this.threads = new ScheduledThreadPoolExecutor(threads, factory);
    this.threads.setRemoveOnCancelPolicy(true);
    this.threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Executor strand() {
    return new Strand();
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the handle cancels it
  public Repeating every(long intervalMs, Runnable task) {
    ScheduledFuture<?> future =
        threads.scheduleWithFixedDelay(
            () -> runGuarded(task), intervalMs, intervalMs, TimeUnit.MILLISECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("Background work did not end within {} ms; leaving it", CLOSE_TIMEOUT_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void runGuarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A background task failed", e);
    }
  }

  private final class Strand implements Executor {

    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private boolean running;

    @Override
    public void execute(Runnable task) {
      synchronized (this) {
        queue.add(task);
        if (running) {
          return;
        }
        running = true;
      }
      start();
    }

    private void start() {
      try {
        threads.execute(this::drain);
      } catch (RejectedExecutionException e) {
        synchronized (this) {
          running = false;
          queue.clear();
        }
        throw e;
      }
    }

    private void drain() {
      while (true) {
        Runnable task;
        synchronized (this) {
          task = queue.poll();
          if (task == null) {
            running = false;
            return;
          }
        }
        runGuarded(task);
      }
    }
  }
}
