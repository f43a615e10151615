package io.varve.flink.state;

import io.varve.state.ByteSpan;
import io.varve.state.OrderedTable;
import io.varve.state.StateStore;
import io.varve.state.StateTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RunnableFuture;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.KeyExtractorFunction;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.Keyed;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.PriorityComparable;
import org.apache.flink.runtime.state.PriorityComparator;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.SavepointResources;
import org.apache.flink.runtime.state.SnapshotExecutionType;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategyRunner;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueElement;
import org.apache.flink.runtime.state.heap.KeyGroupPartitionedPriorityQueue;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * The keyed state of one task, in a {@link StateStore}.
 *
 * <p>Thread: the task's, but for the asynchronous parts of snapshots.
 */
@SuppressWarnings("TypeParameterUnusedInFormals") // as Flink declares them
final class VarveKeyedStateBackend<K> extends AbstractKeyedStateBackend<K> {

  private final StateStore store;
  private final States states;
  private final Registration registration;
  private final CheckpointStrategy checkpoints;
  private final CompositeKey<K> compositeKey;
  private final BackendResources resources;
  private final Map<String, TableState<K, ?, ?, ?>> created = new HashMap<>();
  private boolean disposed;

  VarveKeyedStateBackend(BackendParts<K> parts) {
    super(
        parts.kvStateRegistry(),
        parts.keySerializer(),
        parts.userCodeClassLoader(),
        parts.executionConfig(),
        parts.ttlTimeProvider(),
        parts.latencyTracking(),
        parts.sizeTracking(),
        parts.cancelStreamRegistry(),
        parts.compression(),
        parts.keyContext());
    this.store = parts.store();
    this.states = parts.states();
    this.checkpoints = parts.checkpoints();
    this.resources = parts.resources();
    this.compositeKey = new CompositeKey<>(keySerializer);
    this.registration = new Registration(states);
  }

  CompositeKey<K> compositeKey() {
    return compositeKey;
  }

  // ---- the key

  @Override
  public void setCurrentKey(K newKey) {
    super.setCurrentKey(newKey);
    compositeKey.set(newKey, getCurrentKeyGroupIndex());
  }

  @Override
  public void setCurrentKeyAndKeyGroup(K newKey, int newKeyGroupIndex) {
    super.setCurrentKeyAndKeyGroup(newKey, newKeyGroupIndex);
    compositeKey.set(newKey, newKeyGroupIndex);
  }

  // ---- states

  @Override
  public <N, SV, SEV, S extends State, IS extends S> IS createOrUpdateInternalState(
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<S, SV> descriptor,
      StateSnapshotTransformFactory<SEV> transforms)
      throws Exception {
    return createOrUpdateInternalState(namespaceSerializer, descriptor, transforms, false);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <N, SV, SEV, S extends State, IS extends S> IS createOrUpdateInternalState(
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<S, SV> descriptor,
      StateSnapshotTransformFactory<SEV> transforms,
      boolean allowFutureMetadataUpdates)
      throws Exception {
    boolean migrate =
        registration.register(descriptor, namespaceSerializer, allowFutureMetadataUpdates);
    States.Registered registered = states.get(descriptor.getName());
    RegisteredKeyValueStateBackendMetaInfo<N, SV> info =
        (RegisteredKeyValueStateBackendMetaInfo<N, SV>) registered.info();
    TableState<K, N, SV, ?> state = state(descriptor, info, registered.table());
    if (migrate) {
      new StateMigration<>(state, info, ttlTimeProvider).run(descriptor);
    }
    return (IS) state;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private <N, SV> TableState<K, N, SV, ?> state(
      StateDescriptor<?, SV> descriptor,
      RegisteredKeyValueStateBackendMetaInfo<N, SV> info,
      int table) {
    StateSerializers serializers = StateSerializers.of(descriptor, info);
    TableState known = created.get(descriptor.getName());
    TableState state =
        switch (descriptor.getType()) {
          case VALUE -> {
            if (known == null) {
              yield new TableValueState<>(this, store.values(table), serializers);
            }
            known.update(serializers);
            yield known;
          }
          case LIST -> {
            if (known == null) {
              yield new TableListState<>(this, store.lists(table), serializers);
            }
            known.update(serializers);
            yield known;
          }
          case MAP -> {
            if (known == null) {
              yield new TableMapState<>(this, store.maps(table), serializers);
            }
            known.update(serializers);
            yield known;
          }
          case REDUCING -> {
            var function = ((ReducingStateDescriptor) descriptor).getReduceFunction();
            if (known == null) {
              yield new TableReducingState<>(this, store.values(table), serializers, function);
            }
            ((TableReducingState) known).update(serializers, function);
            yield known;
          }
          case AGGREGATING -> {
            var function = ((AggregatingStateDescriptor) descriptor).getAggregateFunction();
            if (known == null) {
              yield new TableAggregatingState<>(this, store.values(table), serializers, function);
            }
            ((TableAggregatingState) known).update(serializers, function);
            yield known;
          }
          default ->
              throw new FlinkRuntimeException(
                  "State " + descriptor + " is not supported by " + getClass().getSimpleName());
        };
    created.put(descriptor.getName(), state);
    return state;
  }

  @Override
  public <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      KeyGroupedInternalPriorityQueue<T> create(
          String stateName, TypeSerializer<T> byteOrderedElementSerializer) {
    return create(stateName, byteOrderedElementSerializer, false);
  }

  @Override
  public <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      KeyGroupedInternalPriorityQueue<T> create(
          String stateName,
          TypeSerializer<T> byteOrderedElementSerializer,
          boolean allowFutureMetadataUpdates) {
    TypeSerializer<T> serializer =
        registration.registerTimers(
            stateName, byteOrderedElementSerializer, allowFutureMetadataUpdates);
    OrderedTable table = store.ordered(states.get(stateName).table());
    return new KeyGroupPartitionedPriorityQueue<T, KeyGroupTimers<T>>(
        KeyExtractorFunction.forKeyedObjects(),
        PriorityComparator.forPriorityComparableObjects(),
        (keyGroup, keyGroups, extractor, comparator) ->
            new KeyGroupTimers<>(table, keyGroup, serializer),
        keyGroupRange,
        numberOfKeyGroups);
  }

  // ---- keys of states

  @Override
  public <N> Stream<K> getKeys(String state, N namespace) {
    return getKeys(List.of(state), namespace);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <N> Stream<K> getKeys(List<String> names, N namespace) {
    Map<ByteSpan, K> keys = new java.util.LinkedHashMap<>();
    for (String name : names) {
      States.Registered state = states.get(name);
      if (state == null || state.kind() == States.Kind.TIMERS) {
        continue;
      }
      TypeSerializer<N> namespaces =
          ((RegisteredKeyValueStateBackendMetaInfo<N, ?>) state.info()).getNamespaceSerializer();
      byte[] wanted = namespaceBytes(namespace, namespaces);
      KeyReader<K, N> reader = new KeyReader<>(keySerializer, namespaces);
      table(state)
          .forEachKey(
              (keyGroup, bytes) -> {
                if (reader.hasNamespace(bytes, wanted)) {
                  K key = reader.key(bytes);
                  keys.putIfAbsent(new ByteSpan().wrap(reader.keyBytes(bytes)), key);
                }
              });
    }
    return keys.values().stream();
  }

  private <N> byte[] namespaceBytes(N namespace, TypeSerializer<N> serializer) {
    try {
      DataOutputSerializer out = new DataOutputSerializer(16);
      CompositeKeySerializationUtils.writeNameSpace(
          namespace, serializer, out, compositeKey.ambiguousWith(serializer));
      return out.getCopyOfBuffer();
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't serialize the namespace " + namespace, e);
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public <N> Stream<Tuple2<K, N>> getKeysAndNamespaces(String name) {
    States.Registered state = states.get(name);
    if (state == null || state.kind() == States.Kind.TIMERS) {
      return Stream.empty();
    }
    KeyReader<K, N> reader =
        new KeyReader<>(
            keySerializer,
            ((RegisteredKeyValueStateBackendMetaInfo<N, ?>) state.info()).getNamespaceSerializer());
    List<Tuple2<K, N>> found = new ArrayList<>();
    table(state)
        .forEachKey(
            (keyGroup, bytes) -> found.add(Tuple2.of(reader.key(bytes), reader.namespace(bytes))));
    return found.stream();
  }

  private StateTable table(States.Registered state) {
    return switch (state.kind()) {
      case VALUE -> store.values(state.table());
      case LIST -> store.lists(state.table());
      case MAP -> store.maps(state.table());
      case TIMERS -> store.ordered(state.table());
    };
  }

  @Override
  public int numKeyValueStateEntries() {
    int[] count = {0};
    for (States.Registered state : states.all()) {
      table(state).forEachKey((keyGroup, key) -> count[0]++);
    }
    return count[0];
  }

  // ---- snapshots

  @Override
  public RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot(
      long checkpointId,
      long timestamp,
      CheckpointStreamFactory streamFactory,
      CheckpointOptions checkpointOptions)
      throws Exception {
    return new SnapshotStrategyRunner<>(
            "Checkpoint of keyed state in Varve",
            checkpoints,
            cancelStreamRegistry,
            SnapshotExecutionType.ASYNCHRONOUS)
        .snapshot(checkpointId, timestamp, streamFactory, checkpointOptions);
  }

  @Override
  public SavepointResources<K> savepoint() {
    return new SavepointResources<>(
        new SavepointEntries<>(
            store.snapshot(),
            states.snapshot(),
            keyGroupRange,
            keySerializer,
            keyGroupCompressionDecorator,
            numberOfKeyGroups),
        SnapshotExecutionType.ASYNCHRONOUS);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    checkpoints.confirmed(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) {
    checkpoints.aborted(checkpointId);
  }

  @Override
  public boolean requiresLegacySynchronousTimerSnapshots(SnapshotType checkpointType) {
    return false;
  }

  @Override
  public boolean isSafeToReuseKVState() {
    return true;
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
      resources.close();
    }
  }

  /** Takes keys and namespaces apart. */
  static final class KeyReader<K, N> {

    private final TypeSerializer<K> keys;
    private final TypeSerializer<N> namespaces;
    private final boolean ambiguous;
    private final DataInputDeserializer in = new DataInputDeserializer();

    KeyReader(TypeSerializer<K> keys, TypeSerializer<N> namespaces) {
      this.keys = keys;
      this.namespaces = namespaces;
      this.ambiguous = CompositeKeySerializationUtils.isAmbiguousKeyPossible(keys, namespaces);
    }

    K key(ByteSpan bytes) {
      try {
        in.setBuffer(bytes.array(), bytes.offset(), bytes.length());
        return CompositeKeySerializationUtils.readKey(keys, in, ambiguous);
      } catch (IOException e) {
        throw new FlinkRuntimeException("Can't deserialize a key", e);
      }
    }

    /** The bytes before the namespace. */
    byte[] keyBytes(ByteSpan bytes) {
      key(bytes);
      return java.util.Arrays.copyOfRange(
          bytes.array(), bytes.offset(), bytes.offset() + in.getPosition() - bytes.offset());
    }

    N namespace(ByteSpan bytes) {
      try {
        key(bytes);
        return CompositeKeySerializationUtils.readNamespace(namespaces, in, ambiguous);
      } catch (IOException e) {
        throw new FlinkRuntimeException("Can't deserialize a namespace", e);
      }
    }

    /** Where in the array key and namespace end. */
    int end(ByteSpan bytes) {
      namespace(bytes);
      return in.getPosition();
    }

    /** Whether what follows the key is that namespace. */
    boolean hasNamespace(ByteSpan bytes, byte[] wanted) {
      key(bytes);
      int at = in.getPosition();
      return java.util.Arrays.equals(
          bytes.array(), at, bytes.offset() + bytes.length(), wanted, 0, wanted.length);
    }
  }
}
