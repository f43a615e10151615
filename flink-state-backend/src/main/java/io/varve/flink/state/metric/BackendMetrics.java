package io.varve.flink.state.metric;

import io.varve.flink.state.keyed.StoreGate;
import io.varve.state.StateStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResources;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategy;

/**
 * A backend's metrics, in the group {@value #GROUP} of its operator's: those of the store, and of
 * the checkpoints that were written last.
 *
 * <p>Thread: made by the task's, asked by any. Once closed the last numbers are shown.
 */
public final class BackendMetrics {

  /** The group in the operator's. */
  public static final String GROUP = "varve";

  private static final String UPLOADED = "lastCheckpointUploadedBytes";
  private static final String FULL = "lastCheckpointBytes";

  private final StoreReading reading;
  private volatile long uploadedBytes;
  private volatile long fullBytes;

  private BackendMetrics(StoreReading reading) {
    this.reading = reading;
  }

  /** Registers all of them. */
  public static BackendMetrics register(MetricGroup operator, StateStore store, StoreGate gate) {
    return register(operator, store, gate, System::nanoTime);
  }

  static BackendMetrics register(
      MetricGroup operator, StateStore store, StoreGate gate, LongSupplier nanos) {
    BackendMetrics metrics = new BackendMetrics(new StoreReading(store, gate, nanos));
    MetricGroup group = operator.addGroup(GROUP);
    for (BackendMetric metric : BackendMetric.values()) {
      group.gauge(metric.key(), metric.gauge(metrics.reading));
    }
    group.gauge(UPLOADED, (Gauge<Long>) () -> metrics.uploadedBytes);
    group.gauge(FULL, (Gauge<Long>) () -> metrics.fullBytes);
    return metrics;
  }

  /** What each metric of the group tells, by its name. */
  public static Map<String, String> descriptions() {
    Map<String, String> all = new LinkedHashMap<>();
    for (BackendMetric metric : BackendMetric.values()) {
      all.put(metric.key(), metric.description());
    }
    all.put(
        UPLOADED, "Bytes that the last checkpoint or native savepoint sent to checkpoint storage");
    all.put(FULL, "Bytes of all files that it consists of, with those that earlier ones had sent");
    return all;
  }

  /** The same snapshots, each noted when it is written. */
  public <R extends SnapshotResources> SnapshotStrategy<KeyedStateHandle, R> of(
      SnapshotStrategy<KeyedStateHandle, R> snapshots) {
    return new SnapshotStrategy<>() {
      @Override
      public R syncPrepareResources(long checkpointId) throws Exception {
        return snapshots.syncPrepareResources(checkpointId);
      }

      @Override
      public SnapshotResultSupplier<KeyedStateHandle> asyncSnapshot(
          R taken,
          long checkpointId,
          long timestamp,
          CheckpointStreamFactory streams,
          CheckpointOptions options) {
        SnapshotResultSupplier<KeyedStateHandle> supplier =
            snapshots.asyncSnapshot(taken, checkpointId, timestamp, streams, options);
        return registry -> {
          SnapshotResult<KeyedStateHandle> result = supplier.get(registry);
          note(result);
          return result;
        };
      }
    };
  }

  private void note(SnapshotResult<KeyedStateHandle> result) {
    KeyedStateHandle handle = result.getJobManagerOwnedSnapshot();
    uploadedBytes = handle == null ? 0 : handle.getCheckpointedSize();
    fullBytes = handle == null ? 0 : handle.getStateSize();
  }

  /** The store will be asked no more; called before it is closed. */
  public void close() {
    reading.close();
  }
}
