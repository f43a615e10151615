package io.varve.connect.source.schedule;

import io.varve.Scheduler;
import io.varve.SchedulerMetrics;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.base.FencedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schedule of one log: a thread that opens its scheduler and runs it until it is stopped or
 * fails.
 *
 * <p>Thread: safe, but for the {@link ReadyLog} that it hands over once.
 */
final class LogSchedule {

  private static final Logger LOG = LoggerFactory.getLogger(LogSchedule.class);
  private static final int ATTEMPTS_MAX = 5;

  private final Store store;
  private final StreamPartition log;
  private final SchedulerSettings settings;
  private final String owner;
  private final long from;
  private final Bell bell;
  private final Thread thread;

  private volatile @Nullable Scheduler scheduler;
  private volatile @Nullable ReadyLog ready;
  private volatile @Nullable RuntimeException failure;
  private volatile boolean stopped;

  /**
   * @param from the first offset of the ready log that Connect has not committed
   * @param bell is rung when there is something to read, and when it has failed
   */
  LogSchedule(
      Store store,
      StreamPartition log,
      SchedulerSettings settings,
      String owner,
      long from,
      Bell bell) {
    this.store = store;
    this.log = log;
    this.settings = settings;
    this.owner = owner;
    this.from = from;
    this.bell = bell;
    this.thread = new Thread(this::run, "varve-scheduler-" + log.stream() + "-" + log.partition());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** What is released, from the moment that the scheduler is open; null before that. */
  @Nullable ReadyLog ready() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    return ready;
  }

  /** What the scheduler has done; null before it is open. */
  @Nullable SchedulerMetrics metrics() {
    Scheduler running = scheduler;
    return running == null ? null : running.metrics();
  }

  private void run() {
    Scheduler running = null;
    try {
      running = open();
      if (stopped) {
        running.stop();
      }
      bell.ring();
      running.run(bell::ring);
      running.close();
    } catch (VarveException | ConnectException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(new StoreFailedException("The scheduler of " + log + " failed", e));
    } finally {
      abandon(running);
    }
  }

  private Scheduler open() {
    StreamPartition readyLog = ReadyLog.of(log);
    Scheduler opened = take();
    boolean done = false;
    try {
      ready = ReadyLog.open(store, readyLog, from);
      scheduler = opened;
      done = true;
      LOG.info("{}: the scheduler is open; delivering from offset {} of {}", log, from, readyLog);
      return opened;
    } finally {
      if (!done) {
        abandon(opened);
      }
    }
  }

  /** Another task of this connector may open it at the same moment: the last to ask gets it. */
  private Scheduler take() {
    for (int attempt = 1; ; attempt++) {
      try {
        return store.openScheduler(log, settings, owner);
      } catch (FencedException e) {
        if (attempt == ATTEMPTS_MAX || stopped) {
          throw e;
        }
      }
    }
  }

  private void fail(RuntimeException e) {
    if (stopped) {
      LOG.info("{}: the scheduler ended, as was asked, with: {}", log, e.getMessage());
    } else {
      LOG.error("{}: the scheduler has failed: {}", log, e.getMessage());
    }
    failure = e;
    bell.ring();
  }

  private void abandon(@Nullable Scheduler opened) {
    if (opened != null) {
      try {
        opened.abandon();
      } catch (VarveException e) {
        LOG.warn("{}: letting go of the scheduler failed", log, e);
      }
    }
  }

  /** Has the scheduler save and end; {@link #join} waits for it. */
  void stop() {
    stopped = true;
    Scheduler running = scheduler;
    if (running != null) {
      running.stop();
    }
  }

  /** Waits for the thread to end, and lets go of all that is left. */
  void join() throws InterruptedException {
    thread.join();
    ReadyLog reading = ready;
    ready = null;
    if (reading != null) {
      reading.close();
    }
  }
}
