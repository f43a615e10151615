package io.varve.testkit;

import io.varve.base.Clock;

/** A clock that stands still until it is moved. */
public final class ManualClock implements Clock {

  private long nowMs = 1_000_000;

  public void advanceMs(long ms) {
    nowMs += ms;
  }

  @Override
  public long wallMs() {
    return nowMs;
  }

  @Override
  public long nanos() {
    return nowMs * 1_000_000;
  }
}
