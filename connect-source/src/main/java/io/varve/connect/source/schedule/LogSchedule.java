package io.varve.connect.source.schedule;

import io.varve.Scheduler;
import io.varve.SchedulerMetrics;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.base.Clock;
import io.varve.base.FencedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.connect.common.TakeBack;
import io.varve.event.StreamPartition;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schedule of one log: a thread that opens its scheduler and runs it until it is stopped or
 * fails. If another takes the log over, and this one is not stopped, it takes it back.
 *
 * <p>Thread: safe, but for the {@link ReadyLog} that it hands over once.
 */
final class LogSchedule {

  private static final Logger LOG = LoggerFactory.getLogger(LogSchedule.class);

  private final Store store;
  private final StreamPartition log;
  private final SchedulerSettings settings;
  private final String owner;
  private final long from;
  private final Bell bell;
  private final Clock clock;
  private final Bell end = new Bell();
  private final Thread thread;

  private volatile @Nullable Scheduler scheduler;
  private volatile @Nullable ReadyLog ready;
  private volatile boolean ours;
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
      Bell bell,
      Clock clock) {
    this.store = store;
    this.log = log;
    this.settings = settings;
    this.owner = owner;
    this.from = from;
    this.bell = bell;
    this.clock = clock;
    this.thread = new Thread(this::run, "varve-scheduler-" + log.stream() + "-" + log.partition());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** What is released, while the scheduler is open and not known to be fenced; else null. */
  @Nullable ReadyLog ready() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    return ours ? ready : null;
  }

  /** What the scheduler has done; null before it is open. */
  @Nullable SchedulerMetrics metrics() {
    Scheduler running = scheduler;
    return running == null ? null : running.metrics();
  }

  private void run() {
    TakeBack takeBack = new TakeBack();
    try {
      boolean ended = false;
      while (!ended) {
        try {
          runUntilStopped(takeBack);
          ended = true;
        } catch (FencedException e) {
          awaitTakeBack(takeBack, e);
        }
      }
    } catch (VarveException | ConnectException e) {
      fail(e);
    } catch (InterruptedException e) {
      fail(new ConnectException("The scheduler of " + log + " was interrupted", e));
    } catch (RuntimeException | Error e) {
      fail(new StoreFailedException("The scheduler of " + log + " failed", e));
    }
  }

  private void runUntilStopped(TakeBack takeBack) {
    Scheduler running = null;
    try {
      running = open();
      if (stopped) {
        running.stop();
      }
      bell.ring();
      running.run(
          () -> {
            takeBack.written(clock.nanos());
            bell.ring();
          });
      running.close();
    } finally {
      abandon(running);
    }
  }

  /** Throws {@code e} if the log is not to be taken back. */
  private void awaitTakeBack(TakeBack takeBack, FencedException e) throws InterruptedException {
    ours = false;
    long waitNanos = takeBack.waitNanos();
    if (stopped || waitNanos == TakeBack.NEVER) {
      throw e;
    }
    LOG.warn(
        "{}: {}. If the partition is still this task's, it takes the ready log back in {} ms",
        log,
        e.getMessage(),
        TimeUnit.NANOSECONDS.toMillis(waitNanos));
    boolean stoppedMeanwhile = end.await(waitNanos);
    if (stoppedMeanwhile) {
      throw e;
    }
  }

  private Scheduler open() {
    StreamPartition readyLog = ReadyLog.of(log);
    Scheduler opened = store.openScheduler(log, settings, owner);
    boolean done = false;
    try {
      if (ready == null) {
        ready = ReadyLog.open(store, readyLog, from);
        LOG.info("{}: delivering from offset {} of {}", log, from, readyLog);
      }
      scheduler = opened;
      ours = true;
      done = true;
      return opened;
    } finally {
      if (!done) {
        abandon(opened);
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
    end.ring();
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
