package io.varve.flink.state.snapshot;

import io.varve.flink.state.keyed.RegisteredStates;
import io.varve.flink.state.keyed.StoreGate;
import io.varve.state.StateStore;
import java.io.File;
import java.util.List;
import java.util.UUID;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.FullSnapshotResources;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.SavepointSnapshotStrategy;
import org.apache.flink.runtime.state.SnapshotExecutionType;
import org.apache.flink.runtime.state.SnapshotResources;
import org.apache.flink.runtime.state.SnapshotStrategy;
import org.apache.flink.runtime.state.SnapshotStrategyRunner;
import org.apache.flink.runtime.state.UncompressedStreamCompressionDecorator;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;

/**
 * A checkpoint and a canonical savepoint that are begun and dropped while the task is being set up.
 * The first of a process has some sixty classes loaded and linked, which takes several
 * milliseconds, and would have the task stand still for as long; now it is there already.
 *
 * <p>Thread: the task's.
 */
public final class Rehearsal {

  private static final TypeSerializer<byte[]> BYTES = BytePrimitiveArraySerializer.INSTANCE;
  private static final int STREAM_BYTES_MAX = 1024;

  private final KeyGroupRange keyGroups = KeyGroupRange.of(0, 0);
  private final RegisteredStates registered = new RegisteredStates();
  private final StateStore store;
  private final StoreGate gate = new StoreGate();

  /**
   * @param store in which nothing was changed yet
   */
  public Rehearsal(StateStore store) {
    this.store = store;
  }

  /** Does it. */
  public void run() throws Exception {
    registered.add(
        new RegisteredKeyValueStateBackendMetaInfo<>(
            StateDescriptor.Type.VALUE, "rehearsal", VoidNamespaceSerializer.INSTANCE, BYTES));
    NativeSnapshots.Settings settings =
        new NativeSnapshots.Settings(
            new UUID(0, 0),
            keyGroups,
            BYTES,
            LocalRecoveryConfig.BACKUP_AND_RECOVERY_DISABLED,
            new LocalCopies.Folder(new File("")),
            null,
            Runnable::run);
    begin(new NativeSnapshots(store, gate, registered, settings));
    FullSnapshotResources<byte[]> resources =
        CanonicalResources.take(
            new CanonicalResources.Format<>(
                BYTES, keyGroups, 1, UncompressedStreamCompressionDecorator.INSTANCE),
            store,
            gate,
            registered,
            List.of());
    begin(new SavepointSnapshotStrategy<>(resources));
  }

  private static <R extends SnapshotResources> void begin(
      SnapshotStrategy<KeyedStateHandle, R> strategy) throws Exception {
    try (CloseableRegistry registry = new CloseableRegistry()) {
      new SnapshotStrategyRunner<>(
              "Rehearsal", strategy, registry, SnapshotExecutionType.ASYNCHRONOUS)
          .snapshot(
              0,
              0,
              new MemCheckpointStreamFactory(STREAM_BYTES_MAX),
              CheckpointOptions.forCheckpointWithDefaultLocation())
          .cancel(true);
    }
  }
}
