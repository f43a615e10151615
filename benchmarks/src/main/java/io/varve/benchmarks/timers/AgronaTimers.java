package io.varve.benchmarks.timers;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2LongHashMap;

/**
 * Agrona's wheel, with ticks of a millisecond and so many that none is used twice, and the map by
 * which its user finds what a timer is for.
 */
final class AgronaTimers implements Timers, DeadlineTimerWheel.TimerHandler {

  private static final long NONE = -1;

  private final DeadlineTimerWheel wheel;
  private final Long2LongHashMap offsets = new Long2LongHashMap(NONE);
  private final Tally tally;

  AgronaTimers(Load load, Tally tally) {
    this.wheel =
        new DeadlineTimerWheel(
            TimeUnit.MILLISECONDS, load.startMs(), 1, Integer.highestOneBit(load.windowMs()) << 1);
    this.tally = tally;
  }

  @Override
  public void add(long dueMs, long offset) {
    offsets.put(wheel.scheduleTimer(dueMs), offset);
  }

  /** A poll looks at one tick, and goes on to the next if that is over. */
  @Override
  public void expire(long nowMs) {
    long tickEndMs;
    do {
      tickEndMs = wheel.currentTickTime();
      wheel.poll(nowMs, this, Integer.MAX_VALUE);
    } while (wheel.currentTickTime() != tickEndMs);
  }

  @Override
  public boolean onTimerExpiry(TimeUnit unit, long nowMs, long timerId) {
    tally.expired(wheel.currentTickTime() - 1, offsets.remove(timerId));
    return true;
  }

  @Override
  public void close() {}
}
