package io.varve.flink.state.restore;

import io.varve.flink.state.keyed.RegisteredStates;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.flink.state.keyed.StoredList;
import io.varve.state.ByteSpan;
import io.varve.state.StateStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.runtime.state.BackendBuildingException;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupsSavepointStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.StateSerializerProvider;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSnapshotRestoreWrapper;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.BackendStateType;
import org.apache.flink.runtime.state.restore.FullSnapshotRestoreOperation;
import org.apache.flink.runtime.state.restore.KeyGroup;
import org.apache.flink.runtime.state.restore.KeyGroupEntry;
import org.apache.flink.runtime.state.restore.SavepointRestoreResult;
import org.apache.flink.runtime.state.restore.ThrowingIterator;
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

  /** Where the entries of one state go. */
  private interface Target {
    void put(int keyGroup, byte[] key, byte[] value) throws IOException;
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
    try (ThrowingIterator<SavepointRestoreResult> results =
        new FullSnapshotRestoreOperation<>(keyGroups, classes, savepoints, keySerializer)
            .restore()) {
      while (results.hasNext()) {
        SavepointRestoreResult result = results.next();
        try (ThrowingIterator<KeyGroup> groups = result.getRestoredKeyGroups()) {
          registry.registerCloseable(groups);
          try {
            List<Target> targets = new ArrayList<>();
            for (StateMetaInfoSnapshot snapshot : result.getStateMetaInfoSnapshots()) {
              targets.add(target(snapshot));
            }
            while (groups.hasNext()) {
              restore(groups.next(), targets);
            }
          } finally {
            registry.unregisterCloseable(groups);
          }
        }
      }
    }
  }

  private static void restore(KeyGroup group, List<Target> targets) throws Exception {
    try (ThrowingIterator<KeyGroupEntry> entries = group.getKeyGroupEntries()) {
      while (entries.hasNext()) {
        KeyGroupEntry entry = entries.next();
        targets
            .get(entry.getKvStateId())
            .put(group.getKeyGroupId(), entry.getKey(), entry.getValue());
      }
    }
  }

  private Target target(StateMetaInfoSnapshot snapshot) {
    if (snapshot.getBackendStateType() == BackendStateType.PRIORITY_QUEUE && heapTimers != null) {
      HeapPriorityQueueSnapshotRestoreWrapper<?> queue = heapTimers.restored(snapshot);
      return (keyGroup, bytes, nothing) ->
          heapTimers.add(queue, bytes, prefixBytes, bytes.length - prefixBytes);
    }
    Registered state = registered.restored(snapshot);
    int table = state.table();
    if (state.isTimers()) {
      var ordered = store.ordered(table);
      return (keyGroup, bytes, nothing) -> ordered.add(keyGroup, withoutPrefix(bytes));
    }
    if (state.isMap()) {
      return maps(state);
    }
    if (state.isList()) {
      var lists = store.lists(table);
      return (keyGroup, bytes, list) -> {
        byte[] delimited = Arrays.copyOf(list, list.length + 1);
        delimited[list.length] = StoredList.DELIMITER;
        lists.put(keyGroup, withoutPrefix(bytes), value.wrap(delimited));
      };
    }
    var values = store.values(table);
    return (keyGroup, bytes, one) -> values.put(keyGroup, withoutPrefix(bytes), value.wrap(one));
  }

  private ByteSpan withoutPrefix(byte[] bytes) {
    return key.wrap(bytes, prefixBytes, bytes.length - prefixBytes);
  }

  /**
   * A map's entry has its user key behind key and namespace, whose end only their serializers know.
   */
  private Target maps(Registered state) {
    var maps = store.maps(state.table());
    TypeSerializer<K> keys = keySerializer.currentSchemaSerializer();
    TypeSerializer<?> namespaces =
        ((RegisteredKeyValueStateBackendMetaInfo<?, ?>) state.meta()).getNamespaceSerializer();
    boolean ambiguous = CompositeKeySerializationUtils.isAmbiguousKeyPossible(keys, namespaces);
    return (keyGroup, bytes, one) -> {
      int end = bytes.length;
      in.setBuffer(bytes, prefixBytes, end - prefixBytes);
      CompositeKeySerializationUtils.readKey(keys, in, ambiguous);
      CompositeKeySerializationUtils.readNamespace(namespaces, in, ambiguous);
      int from = end - in.available();
      key.wrap(bytes, prefixBytes, from - prefixBytes);
      maps.put(keyGroup, key, userKey.wrap(bytes, from, end - from), value.wrap(one));
    };
  }
}
