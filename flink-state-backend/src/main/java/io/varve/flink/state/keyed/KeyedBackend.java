package io.varve.flink.state.keyed;

import io.varve.flink.state.metric.BackendMetrics;
import io.varve.flink.state.restore.HeapTimers;
import io.varve.flink.state.snapshot.CanonicalResources;
import io.varve.flink.state.snapshot.ConfirmedFiles;
import io.varve.flink.state.snapshot.NativeSnapshots;
import io.varve.flink.state.timer.TimerQueues;
import io.varve.state.StateStore;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RunnableFuture;
import java.util.stream.Stream;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.runtime.query.TaskKvStateRegistry;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.HeapPriorityQueuesManager;
import org.apache.flink.runtime.state.InternalKeyContext;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.Keyed;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.PriorityComparable;
import org.apache.flink.runtime.state.SavepointResources;
import org.apache.flink.runtime.state.SnapshotExecutionType;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategyRunner;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueElement;
import org.apache.flink.runtime.state.metrics.LatencyTrackingStateConfig;
import org.apache.flink.runtime.state.metrics.SizeTrackingStateConfig;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * The keyed state of one subtask, as Flink sees it.
 *
 * <p>Thread: the task's; what a checkpoint does asynchronously runs in another.
 */
@SuppressWarnings("TypeParameterUnusedInFormals") // as Flink declares them
public final class KeyedBackend<K> extends AbstractKeyedStateBackend<K> {

  private final Parts parts;
  private final CurrentKey<K> current;
  private final StateFactory<K> states;
  private final @Nullable HeapPriorityQueuesManager timersOnHeap;
  private final @Nullable TimerQueues timers;
  private boolean disposed;

  /** What Flink has its backends keep. */
  public record Context<K>(
      TaskKvStateRegistry kvStateRegistry,
      TypeSerializer<K> keySerializer,
      ClassLoader classes,
      ExecutionConfig executionConfig,
      TtlTimeProvider clock,
      LatencyTrackingStateConfig latencyTracking,
      SizeTrackingStateConfig sizeTracking,
      CloseableRegistry registry,
      StreamCompressionDecorator compression,
      InternalKeyContext<K> keyContext) {}

  /**
   * What a backend is made of.
   *
   * @param heapTimers null if timers are in the store
   * @param confirmed null if checkpoints share nothing
   * @param resources closes the store, and what it was opened with
   */
  public record Parts(
      StateStore store,
      StoreGate gate,
      RegisteredStates registered,
      @Nullable HeapTimers heapTimers,
      NativeSnapshots snapshots,
      @Nullable ConfirmedFiles confirmed,
      BackendMetrics metrics,
      AutoCloseable resources) {}

  public KeyedBackend(Context<K> context, Parts parts) {
    super(
        context.kvStateRegistry(),
        context.keySerializer(),
        context.classes(),
        context.executionConfig(),
        context.clock(),
        context.latencyTracking(),
        context.sizeTracking(),
        context.registry(),
        context.compression(),
        context.keyContext());
    this.parts = parts;
    this.current = new CurrentKey<>(keySerializer);
    this.states =
        new StateFactory<>(
            parts.store(),
            parts.registered(),
            new TableState.Scope<>(current, parts.gate(), keySerializer, numberOfKeyGroups),
            ttlTimeProvider);
    HeapTimers heap = parts.heapTimers();
    if (heap == null) {
      timersOnHeap = null;
      timers =
          new TimerQueues(
              parts.store(), parts.gate(), parts.registered(), keyGroupRange, numberOfKeyGroups);
    } else {
      timersOnHeap =
          new HeapPriorityQueuesManager(
              heap.queues(), heap.factory(), keyGroupRange, numberOfKeyGroups);
      timers = null;
    }
  }

  @Override
  public void setCurrentKey(K newKey) {
    super.setCurrentKey(newKey);
    current.set(newKey, getCurrentKeyGroupIndex());
  }

  @Override
  public void setCurrentKeyAndKeyGroup(K newKey, int newKeyGroupIndex) {
    super.setCurrentKeyAndKeyGroup(newKey, newKeyGroupIndex);
    current.set(newKey, newKeyGroupIndex);
  }

  // ---- states and timers

  @Override
  public <N, SV, SEV, S extends State, IS extends S> IS createOrUpdateInternalState(
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<S, SV> descriptor,
      StateSnapshotTransformFactory<SEV> transform)
      throws Exception {
    return createOrUpdateInternalState(namespaceSerializer, descriptor, transform, false);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <N, SV, SEV, S extends State, IS extends S> IS createOrUpdateInternalState(
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<S, SV> descriptor,
      StateSnapshotTransformFactory<SEV> transform,
      boolean metaMayChange)
      throws Exception {
    return (IS) states.createOrUpdate(namespaceSerializer, descriptor, transform, metaMayChange);
  }

  @Override
  public <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      KeyGroupedInternalPriorityQueue<T> create(String name, TypeSerializer<T> serializer) {
    return create(name, serializer, false);
  }

  @Override
  public <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      KeyGroupedInternalPriorityQueue<T> create(
          String name, TypeSerializer<T> serializer, boolean metaMayChange) {
    return timersOnHeap == null
        ? Objects.requireNonNull(timers).create(name, serializer, metaMayChange)
        : timersOnHeap.createOrUpdate(name, serializer, metaMayChange);
  }

  // ---- looking through all keys

  @Override
  public <N> Stream<K> getKeys(String state, N namespace) {
    KeyScan<K, N> scan = states.scan(state);
    return scan == null ? Stream.empty() : scan.keys(namespace);
  }

  @Override
  public <N> Stream<K> getKeys(List<String> states, N namespace) {
    return states.stream().flatMap(state -> getKeys(state, namespace)).distinct();
  }

  @Override
  public <N> Stream<Tuple2<K, N>> getKeysAndNamespaces(String state) {
    KeyScan<K, N> scan = states.scan(state);
    return scan == null ? Stream.empty() : scan.keysAndNamespaces();
  }

  @Override
  public int numKeyValueStateEntries() {
    return (int) Math.min(Integer.MAX_VALUE, states.entries());
  }

  // ---- checkpoints and savepoints

  @Override
  public RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot(
      long checkpointId, long timestamp, CheckpointStreamFactory streams, CheckpointOptions options)
      throws Exception {
    return new SnapshotStrategyRunner<>(
            "Snapshot of a Varve state store",
            parts.metrics().of(parts.snapshots()),
            cancelStreamRegistry,
            SnapshotExecutionType.ASYNCHRONOUS)
        .snapshot(checkpointId, timestamp, streams, options);
  }

  @Override
  public SavepointResources<K> savepoint() {
    HeapTimers heap = parts.heapTimers();
    CanonicalResources.Format<K> format =
        new CanonicalResources.Format<>(
            keySerializer,
            keyGroupRange,
            CompositeKeySerializationUtils.computeRequiredBytesInKeyGroupPrefix(numberOfKeyGroups),
            keyGroupCompressionDecorator);
    return new SavepointResources<>(
        CanonicalResources.take(
            format,
            parts.store(),
            parts.gate(),
            parts.registered(),
            heap == null ? List.of() : heap.queues().values()),
        SnapshotExecutionType.ASYNCHRONOUS);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    ConfirmedFiles confirmed = parts.confirmed();
    if (confirmed != null) {
      confirmed.confirm(checkpointId);
    }
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) {
    ConfirmedFiles confirmed = parts.confirmed();
    if (confirmed != null) {
      confirmed.abort(checkpointId);
    }
  }

  /**
   * Timers on the heap are not among the store's files; Flink writes them beside, but for canonical
   * savepoints, which have them among the states.
   */
  @Override
  public boolean requiresLegacySynchronousTimerSnapshots(SnapshotType type) {
    return timersOnHeap != null && !isCanonical(type);
  }

  private static boolean isCanonical(SnapshotType type) {
    return type instanceof SavepointType savepoint
        && savepoint.getFormatType() == SavepointFormatType.CANONICAL;
  }

  @Override
  public boolean isSafeToReuseKVState() {
    return timersOnHeap == null;
  }

  @Override
  public String getBackendTypeIdentifier() {
    return "varve";
  }

  @Override
  public void dispose() {
    if (!disposed) {
      disposed = true;
      super.dispose();
      parts.metrics().close();
      IOUtils.closeQuietly(parts.resources());
    }
  }
}
