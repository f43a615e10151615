package io.varve.benchmarks.timers;

import io.varve.delay.TimingWheel;

/** The engine's wheel, with ticks of a millisecond. */
final class VarveTimers implements Timers {

  private final TimingWheel wheel;
  private final Tally tally;

  VarveTimers(Load load, Tally tally) {
    this.wheel = new TimingWheel(load.startMs() - 1, 1);
    this.tally = tally;
  }

  @Override
  public void add(long dueMs, long offset) {
    wheel.add(dueMs, offset);
  }

  @Override
  public void expire(long nowMs) {
    while (wheel.next(nowMs)) {
      tally.expired(wheel.dueMs(), wheel.offset());
    }
  }

  @Override
  public void close() {}
}
