package io.varve.flink.state.snapshot;

import io.varve.flink.state.keyed.RegisteredStates;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.flink.state.keyed.StoreGate;
import io.varve.state.StateSnapshot;
import io.varve.state.StateStore;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.SnapshotResources;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategy;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * Takes checkpoints and native savepoints. What is done while the task waits takes the same time
 * whatever the size of the state.
 *
 * <p>Thread: {@link #syncPrepareResources} by the task's, the rest by any.
 */
public final class NativeSnapshots
    implements SnapshotStrategy<KeyedStateHandle, NativeSnapshots.Taken> {

  private final StateStore store;
  private final StoreGate gate;
  private final RegisteredStates registered;
  private final Settings settings;

  /**
   * What does not change between two snapshots.
   *
   * @param confirmed null if nothing is shared between two checkpoints
   * @param transfers what files are sent on
   */
  public record Settings(
      UUID backend,
      KeyGroupRange keyGroups,
      TypeSerializer<?> keySerializer,
      LocalRecoveryConfig localRecovery,
      LocalCopies.Folder storeFolder,
      @Nullable ConfirmedFiles confirmed,
      Executor transfers) {}

  public NativeSnapshots(
      StateStore store, StoreGate gate, RegisteredStates registered, Settings settings) {
    this.store = store;
    this.gate = gate;
    this.registered = registered;
    this.settings = settings;
  }

  /** What the task has left for a checkpoint to be made from. */
  public record Taken(
      StateSnapshot snapshot, CheckpointMeta meta, Map<String, StreamStateHandle> confirmed)
      implements SnapshotResources {
    @Override
    public void release() {
      snapshot.close();
    }
  }

  @Override
  public Taken syncPrepareResources(long checkpointId) {
    List<Registered> states = List.copyOf(registered.all());
    CheckpointMeta meta = CheckpointMeta.of(states);
    ConfirmedFiles confirmed = settings.confirmed();
    Map<String, StreamStateHandle> files = confirmed == null ? Map.of() : confirmed.current();
    gate.enter();
    try {
      return new Taken(store.snapshot(), meta, files);
    } finally {
      gate.exit();
    }
  }

  @Override
  public SnapshotResultSupplier<KeyedStateHandle> asyncSnapshot(
      Taken taken,
      long checkpointId,
      long timestamp,
      CheckpointStreamFactory streams,
      CheckpointOptions options) {
    if (taken.meta().isEmpty()) {
      return registry -> SnapshotResult.empty();
    }
    return new NativeSnapshot(
        settings,
        taken,
        checkpointId,
        streams,
        options.getCheckpointType().getSharingFilesStrategy());
  }
}
