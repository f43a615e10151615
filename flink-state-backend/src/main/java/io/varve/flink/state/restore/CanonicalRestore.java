package io.varve.flink.state.restore;

import io.varve.flink.state.keyed.BackgroundExpiry;
import io.varve.flink.state.keyed.RegisteredStates;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.flink.state.keyed.StoredList;
import io.varve.flink.state.restore.SavepointKeyGroups.Target;
import io.varve.state.ByteSpan;
import io.varve.state.StateStore;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.state.BackendBuildingException;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupsSavepointStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.StateSerializerProvider;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSnapshotRestoreWrapper;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.BackendStateType;
import org.apache.flink.util.StateMigrationException;
import org.jspecify.annotations.Nullable;

/**
 * Fills a store from canonical savepoints, of whatever backend.
 *
 * <p>Thread: the task's.
 */
public final class CanonicalRestore<K> {

  private final KeyGroupRange keyGroups;
  private final ClassLoader classes;
  private final StateSerializerProvider<K> keySerializer;
  private final RegisteredStates registered;
  private final @Nullable HeapTimers heapTimers;
  private final StateStore store;
  private final int prefixBytes;
  private final CloseableRegistry registry;

  private boolean keySerializerChecked;

  private final DataInputDeserializer in = new DataInputDeserializer();
  private final ByteSpan key = new ByteSpan();
  private final ByteSpan userKey = new ByteSpan();
  private final ByteSpan value = new ByteSpan();

  /**
   * @param heapTimers where timers go; null if they go into the store
   * @param registry closed when the task is cancelled
   */
  public CanonicalRestore(
      KeyGroupRange keyGroups,
      int prefixBytes,
      ClassLoader classes,
      StateSerializerProvider<K> keySerializer,
      RegisteredStates registered,
      @Nullable HeapTimers heapTimers,
      StateStore store,
      CloseableRegistry registry) {
    this.keyGroups = keyGroups;
    this.prefixBytes = prefixBytes;
    this.classes = classes;
    this.keySerializer = keySerializer;
    this.registered = registered;
    this.heapTimers = heapTimers;
    this.store = store;
    this.registry = registry;
  }

  public void restore(Collection<KeyedStateHandle> savepoints) throws Exception {
    for (KeyedStateHandle savepoint : savepoints) {
      if (!(savepoint instanceof KeyGroupsSavepointStateHandle)) {
        throw new BackendBuildingException(
            "Cannot restore from "
                + savepoint
                + ": state comes from this backend's own checkpoints, or from savepoints in"
                + " canonical format");
      }
    }
    for (KeyedStateHandle savepoint : savepoints) {
      restore((KeyGroupsSavepointStateHandle) savepoint);
    }
  }

  private void restore(KeyGroupsSavepointStateHandle savepoint) throws Exception {
    SavepointInput input = new SavepointInput(savepoint.openInputStream(), savepoint.toString());
    try (input) {
      registry.registerCloseable(input);
      try {
        KeyedBackendSerializationProxy<K> meta = readMeta(input, savepoint);
        checkKeySerializer(meta.getKeySerializerSnapshot());
        List<Target> targets = new ArrayList<>();
        for (StateMetaInfoSnapshot snapshot : meta.getStateMetaInfoSnapshots()) {
          targets.add(target(snapshot));
        }
        new SavepointKeyGroups(input, meta.isUsingKeyGroupCompression(), keyGroups, prefixBytes)
            .read(savepoint, targets);
      } finally {
        registry.unregisterCloseable(input);
      }
    }
  }

  private KeyedBackendSerializationProxy<K> readMeta(
      SavepointInput input, KeyGroupsSavepointStateHandle savepoint) throws IOException {
    KeyedBackendSerializationProxy<K> meta = new KeyedBackendSerializationProxy<>(classes);
    try {
      meta.read(new DataInputViewStreamWrapper(input));
    } catch (EOFException e) {
      throw new IOException(savepoint + " is damaged: it ends within what tells of its states", e);
    }
    return meta;
  }

  /** Keys can't be migrated, since their bytes decide which key group they are of. */
  private void checkKeySerializer(TypeSerializerSnapshot<K> before) throws StateMigrationException {
    if (keySerializerChecked) {
      return;
    }
    keySerializerChecked = true;
    // Who asks later gets another serializer, if the one before makes it need to be another.
    TypeSerializer<K> now = keySerializer.currentSchemaSerializer();
    TypeSerializerSchemaCompatibility<K> compatibility =
        keySerializer.setPreviousSerializerSnapshotForRestoredState(before);
    if (compatibility.isCompatibleAfterMigration() || compatibility.isIncompatible()) {
      throw new StateMigrationException(
          "The serializer of keys has changed, and state can't be restored by it: the savepoint's is "
              + before
              + ", the job's is "
              + now);
    }
  }

  private Target target(StateMetaInfoSnapshot snapshot) {
    if (snapshot.getBackendStateType() == BackendStateType.PRIORITY_QUEUE && heapTimers != null) {
      HeapPriorityQueueSnapshotRestoreWrapper<?> queue = heapTimers.restored(snapshot);
      return (keyGroup, bytes, keyAt, keyLength, valueAt, valueLength) ->
          heapTimers.add(queue, bytes, keyAt, keyLength);
    }
    Registered state = registered.restored(snapshot);
    int table = state.table();
    if (state.isTimers()) {
      var ordered = store.ordered(table);
      return (keyGroup, bytes, keyAt, keyLength, valueAt, valueLength) ->
          ordered.add(keyGroup, key.wrap(bytes, keyAt, keyLength));
    }
    if (state.isMap()) {
      return maps(state);
    }
    if (state.isList()) {
      BackgroundExpiry.keepTimes(store, state);
      var lists = store.lists(table);
      return (keyGroup, bytes, keyAt, keyLength, valueAt, valueLength) -> {
        byte[] delimited = value.resize(valueLength + 1);
        System.arraycopy(bytes, valueAt, delimited, 0, valueLength);
        delimited[valueLength] = StoredList.DELIMITER;
        lists.put(keyGroup, key.wrap(bytes, keyAt, keyLength), value);
      };
    }
    BackgroundExpiry.keepTimes(store, state);
    var values = store.values(table);
    return (keyGroup, bytes, keyAt, keyLength, valueAt, valueLength) ->
        values.put(
            keyGroup, key.wrap(bytes, keyAt, keyLength), value.wrap(bytes, valueAt, valueLength));
  }

  /**
   * A map's entry has its user key behind key and namespace, whose end only their serializers know.
   */
  private Target maps(Registered state) {
    BackgroundExpiry.keepTimes(store, state);
    var maps = store.maps(state.table());
    TypeSerializer<K> keys = keySerializer.currentSchemaSerializer();
    TypeSerializer<?> namespaces =
        ((RegisteredKeyValueStateBackendMetaInfo<?, ?>) state.meta()).getNamespaceSerializer();
    boolean ambiguous = CompositeKeySerializationUtils.isAmbiguousKeyPossible(keys, namespaces);
    return (keyGroup, bytes, keyAt, keyLength, valueAt, valueLength) -> {
      in.setBuffer(bytes, keyAt, keyLength);
      CompositeKeySerializationUtils.readKey(keys, in, ambiguous);
      CompositeKeySerializationUtils.readNamespace(namespaces, in, ambiguous);
      int end = keyAt + keyLength;
      int from = end - in.available();
      maps.put(
          keyGroup,
          key.wrap(bytes, keyAt, from - keyAt),
          userKey.wrap(bytes, from, end - from),
          value.wrap(bytes, valueAt, valueLength));
    };
  }
}
