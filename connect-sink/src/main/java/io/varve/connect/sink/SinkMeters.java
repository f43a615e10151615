package io.varve.connect.sink;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** A task's counts. Thread: safe. */
final class SinkMeters {

  private final AtomicLongArray totals = new AtomicLongArray(Meter.values().length);
  private final AtomicLong commitNanosMax = new AtomicLong();

  void add(Meter meter, long amount) {
    totals.addAndGet(meter.ordinal(), amount);
  }

  long total(Meter meter) {
    return totals.get(meter.ordinal());
  }

  /** A sync that took {@code nanos} made events durable. */
  void committed(long nanos) {
    add(Meter.COMMITS, 1);
    add(Meter.COMMIT_NANOS, nanos);
    commitNanosMax.accumulateAndGet(nanos, Math::max);
  }

  /** How long the longest sync took, nanoseconds. */
  long commitNanosMax() {
    return commitNanosMax.get();
  }
}
