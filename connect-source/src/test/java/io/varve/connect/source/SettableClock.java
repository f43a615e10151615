package io.varve.connect.source;

import io.varve.connect.source.replay.ReplayClock;
import java.util.concurrent.TimeUnit;

/** Time that passes only when someone sleeps. */
final class SettableClock implements ReplayClock {

  private long nanos = 1_000_000_000;

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public void sleep(long sleepNanos) {
    nanos += sleepNanos;
  }

  long millis() {
    return TimeUnit.NANOSECONDS.toMillis(nanos - 1_000_000_000);
  }
}
