package io.varve.benchmarks.timers;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import java.util.concurrent.TimeUnit;

/**
 * Netty's timer, with ticks of a millisecond, 16,384 of them or more: so many that none is used
 * twice. Its clock is the machine's, and its thread runs as soon as something was added.
 */
final class NettyTimers implements Timers {

  private static final int TICKS_MIN = 16_384;

  private final HashedWheelTimer timer;
  private final Tally tally;
  private final Load load;

  NettyTimers(Load load, Tally tally) {
    int ticks = Math.max(TICKS_MIN, Integer.highestOneBit(load.windowMs()) << 2);
    this.timer = new HashedWheelTimer(1, TimeUnit.MILLISECONDS, ticks);
    this.tally = tally;
    this.load = load;
    timer.start();
  }

  private final class Task implements TimerTask {
    private final long dueMs;
    private final long offset;

    Task(long dueMs, long offset) {
      this.dueMs = dueMs;
      this.offset = offset;
    }

    @Override
    public void run(Timeout timeout) {
      tally.expired(dueMs, offset);
    }
  }

  @Override
  public void add(long dueMs, long offset) {
    timer.newTimeout(
        new Task(dueMs, offset), dueMs * 1_000_000 - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  /** Its thread takes a hundred thousand a tick from a queue, and doesn't tell how far it is. */
  @Override
  public void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(500 + load.timers() / 2_000);
  }

  @Override
  public void close() {
    timer.stop();
  }
}
