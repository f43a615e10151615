package io.varve.flink.state;

import io.varve.flink.state.BackendSettings.Timers;
import io.varve.flink.state.keyed.KeyedBackend;
import io.varve.flink.state.keyed.RegisteredStates;
import io.varve.flink.state.keyed.StoreGate;
import io.varve.flink.state.metric.BackendMetrics;
import io.varve.flink.state.metric.RestorePhases;
import io.varve.flink.state.restore.CanonicalRestore;
import io.varve.flink.state.restore.HeapTimers;
import io.varve.flink.state.restore.NativeRestore;
import io.varve.flink.state.snapshot.ConfirmedFiles;
import io.varve.flink.state.snapshot.LocalCopies;
import io.varve.flink.state.snapshot.NativeSnapshots;
import io.varve.flink.state.snapshot.Rehearsal;
import io.varve.state.RestoredSnapshot;
import io.varve.state.StateStore;
import io.varve.state.StateStoreSettings;
import java.io.Closeable;
import java.io.File;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.execution.CancelTaskException;
import org.apache.flink.runtime.memory.OpaqueMemoryResource;
import org.apache.flink.runtime.state.AbstractKeyedStateBackendBuilder;
import org.apache.flink.runtime.state.BackendBuildingException;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.InternalKeyContextImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StateBackend.KeyedStateBackendParameters;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.metrics.LatencyTrackingStateConfig;
import org.apache.flink.runtime.state.metrics.SizeTrackingStateConfig;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Makes the backend of one subtask: takes its part of the slot's memory, makes a folder, opens a
 * store with what is to be restored. If any of that fails, or the task is cancelled meanwhile,
 * nothing of it is left.
 *
 * <p>Thread: the task's.
 */
final class KeyedBackendBuilder<K> extends AbstractKeyedStateBackendBuilder<K> {

  private final KeyedStateBackendParameters<K> parameters;
  private final Settings settings;

  /** What is set of the state backend. */
  record Settings(
      boolean incremental,
      LocalFolders folders,
      Timers timers,
      @Nullable Long memoryFixedBytes,
      int transferThreads) {}

  KeyedBackendBuilder(
      KeyedStateBackendParameters<K> parameters,
      Settings settings,
      LatencyTrackingStateConfig latencyTracking,
      SizeTrackingStateConfig sizeTracking,
      StreamCompressionDecorator compression) {
    super(
        parameters.getKvStateRegistry(),
        parameters.getKeySerializer(),
        parameters.getEnv().getUserCodeClassLoader().asClassLoader(),
        parameters.getNumberOfKeyGroups(),
        parameters.getKeyGroupRange(),
        parameters.getEnv().getExecutionConfig(),
        parameters.getTtlTimeProvider(),
        latencyTracking,
        sizeTracking,
        parameters.getStateHandles(),
        compression,
        parameters.getCancelStreamRegistry());
    this.parameters = parameters;
    this.settings = settings;
  }

  @Override
  public KeyedBackend<K> build() throws BackendBuildingException {
    // Lives as long as the backend, which goes on fetching files after it is made.
    CloseableRegistry registry = new CloseableRegistry();
    OpenedStore opened = new OpenedStore();
    Closeable cancel = registry;
    try {
      cancelStreamRegistry.registerCloseable(cancel);
      try {
        return build(registry, opened);
      } finally {
        cancelStreamRegistry.unregisterCloseable(cancel);
      }
    } catch (Throwable e) {
      IOUtils.closeQuietly(registry);
      IOUtils.closeQuietly(opened);
      if (cancelStreamRegistry.isClosed()) {
        throw new BackendBuildingException("The task was cancelled", new CancelTaskException(e));
      }
      if (e instanceof BackendBuildingException building) {
        throw building;
      }
      throw new BackendBuildingException(
          "Cannot make the state backend of " + parameters.getOperatorIdentifier(), e);
    }
  }

  private KeyedBackend<K> build(CloseableRegistry registry, OpenedStore opened) throws Exception {
    OpaqueMemoryResource<SlotResources> lease =
        SlotResources.lease(
            parameters.getEnv(),
            parameters.getManagedMemoryFraction(),
            new SlotResources.Settings(settings.memoryFixedBytes(), settings.transferThreads()));
    opened.lease = lease;
    File folder = settings.folders().make(parameters.getEnv(), parameters.getOperatorIdentifier());
    opened.folder = folder;

    RegisteredStates registered = new RegisteredStates();
    HeapTimers heapTimers =
        settings.timers() == Timers.HEAP ? new HeapTimers(keyGroupRange, numberOfKeyGroups) : null;
    StateStoreSettings storeSettings =
        new StateStoreSettings(
            keyGroupRange.getStartKeyGroup(),
            keyGroupRange.getEndKeyGroup(),
            UUID.randomUUID().toString());
    RestorePhases phases = new RestorePhases(System::nanoTime);
    NativeRestore.Opener opener =
        (List<RestoredSnapshot> snapshots) -> {
          phases.fetched();
          StateStore store =
              StateStore.restore(
                  storeSettings,
                  settings.folders().open(folder),
                  lease.getResourceHandle().memory(),
                  lease.getResourceHandle().work(),
                  lease.getResourceHandle().fetches(),
                  snapshots);
          opened.store = store;
          new Rehearsal(store).run();
          return store;
        };

    List<KeyedStateHandle> handles = restoreStateHandles.stream().filter(Objects::nonNull).toList();
    ConfirmedFiles confirmed = settings.incremental() ? new ConfirmedFiles() : null;
    UUID backend = UUID.randomUUID();
    if (!handles.isEmpty() && handles.get(0) instanceof IncrementalKeyedStateHandle) {
      List<IncrementalKeyedStateHandle> checkpoints = checkpoints(handles);
      NativeRestore<K> restore =
          new NativeRestore<>(
              keyGroupRange, userCodeClassLoader, keySerializerProvider, registered, registry);
      StateStore store = restore.restore(checkpoints, opener);
      if (heapTimers != null) {
        restore.moveTimers(store, heapTimers);
      }
      phases.restored(parameters.getCustomInitializationMetrics());
      if (confirmed != null) {
        confirm(confirmed, checkpoints);
      }
      if (checkpoints.size() == 1 && checkpoints.get(0).getKeyGroupRange().equals(keyGroupRange)) {
        backend = checkpoints.get(0).getBackendIdentifier();
      }
    } else {
      StateStore store = opener.open(List.of());
      if (!handles.isEmpty()) {
        new CanonicalRestore<>(
                keyGroupRange,
                CompositeKeySerializationUtils.computeRequiredBytesInKeyGroupPrefix(
                    numberOfKeyGroups),
                userCodeClassLoader,
                keySerializerProvider,
                registered,
                heapTimers,
                store,
                registry)
            .restore(handles);
        phases.restored(parameters.getCustomInitializationMetrics());
      }
    }
    return backend(registry, opened, registered, heapTimers, confirmed, backend);
  }

  private KeyedBackend<K> backend(
      CloseableRegistry registry,
      OpenedStore opened,
      RegisteredStates registered,
      @Nullable HeapTimers heapTimers,
      @Nullable ConfirmedFiles confirmed,
      UUID backend) {
    StateStore store = Objects.requireNonNull(opened.store);
    File folder = Objects.requireNonNull(opened.folder);
    SlotResources resources = Objects.requireNonNull(opened.lease).getResourceHandle();
    StoreGate gate = new StoreGate();
    NativeSnapshots snapshots =
        new NativeSnapshots(
            store,
            gate,
            registered,
            new NativeSnapshots.Settings(
                backend,
                keyGroupRange,
                keySerializerProvider.currentSchemaSerializer(),
                parameters.getEnv().getTaskStateManager().createLocalRecoveryConfig(),
                new LocalCopies.Folder(folder),
                confirmed,
                resources.sends()));
    return new KeyedBackend<>(
        new KeyedBackend.Context<>(
            kvStateRegistry,
            keySerializerProvider.currentSchemaSerializer(),
            userCodeClassLoader,
            executionConfig,
            ttlTimeProvider,
            latencyTrackingStateConfig,
            sizeTrackingStateConfig,
            registry,
            keyGroupCompressionDecorator,
            new InternalKeyContextImpl<>(keyGroupRange, numberOfKeyGroups)),
        new KeyedBackend.Parts(
            store,
            gate,
            registered,
            heapTimers,
            snapshots,
            confirmed,
            BackendMetrics.register(parameters.getMetricGroup(), store, gate),
            opened));
  }

  private static List<IncrementalKeyedStateHandle> checkpoints(List<KeyedStateHandle> handles)
      throws BackendBuildingException {
    for (KeyedStateHandle handle : handles) {
      if (!(handle instanceof IncrementalKeyedStateHandle)) {
        throw new BackendBuildingException(
            "Cannot restore from checkpoints and from " + handle + " at once");
      }
    }
    return handles.stream().map(handle -> (IncrementalKeyedStateHandle) handle).toList();
  }

  /** What the checkpoints hold may be referred to by later ones. */
  private static void confirm(
      ConfirmedFiles confirmed, Collection<IncrementalKeyedStateHandle> checkpoints) {
    Map<String, StreamStateHandle> files = new HashMap<>();
    long last = 0;
    for (IncrementalKeyedStateHandle checkpoint : checkpoints) {
      last = Math.max(last, checkpoint.getCheckpointId());
      for (HandleAndLocalPath file : checkpoint.getSharedStateHandles()) {
        files.put(file.getLocalPath(), file.getHandle());
      }
    }
    confirmed.restored(last, files);
  }

  /** What must be given back, in reverse order. */
  private static final class OpenedStore implements AutoCloseable {

    private @Nullable OpaqueMemoryResource<SlotResources> lease;
    private @Nullable File folder;
    private @Nullable StateStore store;

    @Override
    public void close() {
      IOUtils.closeQuietly(store);
      IOUtils.closeQuietly(lease);
      if (folder != null) {
        FileUtils.deleteDirectoryQuietly(folder);
      }
    }
  }
}
