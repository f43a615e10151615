package io.varve.benchmarks.timers;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.TimerTask;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's timer as a broker has it: ticks of a millisecond, wheels of 20, a thread that turns them
 * and one that runs the tasks.
 *
 * <p>Its clock is the machine's. Where time is to be simulated, it gets due times that are over:
 * its wheel begins before them, so that they go through it all the same, and nothing is waited for.
 */
final class KafkaTimers implements Timers {

  private static final int TICK_MS = 1;
  private static final int WHEEL_SIZE = 20;
  private static final long WAIT_MS = 200;

  private final SystemTimer timer;
  private final Tally tally;
  private @Nullable Thread reaper;
  private volatile boolean closed;

  KafkaTimers(Load load, Tally tally) {
    long startMs = Math.min(load.startMs() - 2 * TICK_MS, Time.SYSTEM.hiResClockMs());
    this.timer = new SystemTimer("timers", TICK_MS, WHEEL_SIZE, startMs);
    this.tally = tally;
  }

  private final class Task extends TimerTask {
    private final long dueMs;
    private final long offset;

    Task(long dueMs, long offset) {
      super(dueMs - Time.SYSTEM.hiResClockMs());
      this.dueMs = dueMs;
      this.offset = offset;
    }

    @Override
    public void run() {
      tally.expired(dueMs, offset);
    }
  }

  @Override
  public void add(long dueMs, long offset) {
    timer.add(new Task(dueMs, offset));
  }

  @Override
  public void start() {
    Thread thread = new Thread(this::reap, "kafka-reaper");
    thread.setDaemon(true);
    thread.start();
    reaper = thread;
  }

  private void reap() {
    try {
      while (!closed) {
        timer.advanceClock(WAIT_MS);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  @Override
  public void expire(long nowMs) throws InterruptedException {
    if (reaper == null) {
      timer.advanceClock(0);
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread thread = reaper;
    if (thread != null) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    timer.close();
  }
}
