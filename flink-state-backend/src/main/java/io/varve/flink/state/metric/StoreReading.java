package io.varve.flink.state.metric;

import io.varve.flink.state.keyed.StoreGate;
import io.varve.state.StateStore;
import io.varve.state.StateStoreMetrics;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A store's numbers, at most a second old unless the store has been busy whenever it was asked:
 * then they are the last ones that it could be asked for. A reporter that asks for all of them asks
 * the store once.
 *
 * <p>Thread: safe, guarded by itself.
 */
final class StoreReading {

  private static final long AGE_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

  private final StateStore store;
  private final StoreGate gate;
  private final LongSupplier nanos;
  private StateStoreMetrics last;
  private long readAt;
  private boolean closed;

  /** Called by the task's thread, between two operations. */
  StoreReading(StateStore store, StoreGate gate, LongSupplier nanos) {
    this.store = store;
    this.gate = gate;
    this.nanos = nanos;
    this.last = store.metrics();
    this.readAt = nanos.getAsLong();
  }

  synchronized StateStoreMetrics get() {
    if (!closed && nanos.getAsLong() - readAt >= AGE_NANOS_MAX && gate.tryEnterReader()) {
      try {
        last = store.metrics();
        readAt = nanos.getAsLong();
      } finally {
        gate.exitReader();
      }
    }
    return last;
  }

  /** The store will be asked no more, and is not being asked when this returns. */
  synchronized void close() {
    closed = true;
  }
}
