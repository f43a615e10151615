package io.varve.flink.state.metric;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.runtime.metrics.MetricNames;
import org.apache.flink.runtime.state.StateBackend.CustomInitializationMetrics;

/**
 * How long restoring took, by the names that Flink has for it: fetching is reading the metadata of
 * checkpoints, since files are copied later, while the job runs; restoring is opening the store, or
 * filling it from a savepoint.
 *
 * <p>Thread: the task's.
 */
public final class RestorePhases {

  private static final long NEVER = -1;

  private final LongSupplier nanos;
  private final long begun;
  private long fetched = NEVER;

  /** Begins to measure. */
  public RestorePhases(LongSupplier nanos) {
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
  }

  /** All that must be fetched before the store opens is there. */
  public void fetched() {
    fetched = nanos.getAsLong() - begun;
  }

  /** What there was to restore is in the store. */
  public void restored(CustomInitializationMetrics metrics) {
    long restored = nanos.getAsLong() - begun;
    long before = fetched == NEVER ? 0 : fetched;
    metrics.addMetric(MetricNames.DOWNLOAD_STATE_DURATION, TimeUnit.NANOSECONDS.toMillis(before));
    metrics.addMetric(
        MetricNames.RESTORE_STATE_DURATION, TimeUnit.NANOSECONDS.toMillis(restored - before));
  }
}
