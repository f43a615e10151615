package io.varve.flink.state;

import io.varve.state.ByteSpan;
import io.varve.state.RestoredSnapshot;
import io.varve.state.StateStore;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.StateSerializerProvider;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.restore.FullSnapshotRestoreOperation;
import org.apache.flink.runtime.state.restore.KeyGroup;
import org.apache.flink.runtime.state.restore.KeyGroupEntry;
import org.apache.flink.runtime.state.restore.SavepointRestoreResult;
import org.apache.flink.runtime.state.restore.ThrowingIterator;
import org.apache.flink.util.StateMigrationException;

/**
 * Opens a store from what a checkpoint or savepoint holds.
 *
 * <p>Thread: the task's.
 */
final class Restore<K> {

  private final KeyGroupRange keyGroups;
  private final int keyGroupPrefixBytes;
  private final ClassLoader classLoader;
  private final StateSerializerProvider<K> keySerializer;
  private final CloseableRegistry registry;
  private final States states;
  private boolean keySerializerChecked;

  Restore(
      KeyGroupRange keyGroups,
      int numberOfKeyGroups,
      ClassLoader classLoader,
      StateSerializerProvider<K> keySerializer,
      CloseableRegistry registry,
      States states) {
    this.keyGroups = keyGroups;
    this.keyGroupPrefixBytes =
        CompositeKeySerializationUtils.computeRequiredBytesInKeyGroupPrefix(numberOfKeyGroups);
    this.classLoader = classLoader;
    this.keySerializer = keySerializer;
    this.registry = registry;
    this.states = states;
  }

  /** A store, and what later checkpoints can be based on. */
  record Result(StateStore store, CheckpointStrategy.RestoredBase base) {}

  /**
   * Restores.
   *
   * @param open opens a store from snapshots, none for an empty one
   */
  Result run(Collection<KeyedStateHandle> given, Function<List<RestoredSnapshot>, StateStore> open)
      throws Exception {
    // A subtask that had no state has null for a handle.
    List<KeyedStateHandle> handles = given.stream().filter(Objects::nonNull).toList();
    if (handles.isEmpty()) {
      return new Result(open.apply(List.of()), CheckpointStrategy.RestoredBase.none());
    }
    if (handles.iterator().next() instanceof IncrementalRemoteKeyedStateHandle) {
      return fromCheckpoint(handles, open);
    }
    StateStore store = open.apply(List.of());
    boolean done = false;
    try {
      fromSavepoint(handles, store);
      done = true;
    } finally {
      if (!done) {
        store.close();
      }
    }
    return new Result(store, CheckpointStrategy.RestoredBase.none());
  }

  // ---- our own files

  private Result fromCheckpoint(
      Collection<KeyedStateHandle> handles, Function<List<RestoredSnapshot>, StateStore> open)
      throws Exception {
    List<RestoredSnapshot> snapshots = new ArrayList<>();
    List<Closeable> opened = new ArrayList<>();
    try {
      IncrementalRemoteKeyedStateHandle last = null;
      for (KeyedStateHandle handle : handles) {
        if (!(handle instanceof IncrementalRemoteKeyedStateHandle checkpoint)) {
          throw new IllegalStateException(
              "State can be restored from a checkpoint that Varve made, or from a savepoint in the"
                  + " canonical format; found "
                  + handle.getClass().getSimpleName());
        }
        last = checkpoint;
        InputStream meta = checkpoint.getMetaDataStateHandle().openInputStream();
        opened.add(meta);
        registry.registerCloseable(meta);
        snapshots.add(snapshot(checkpoint, meta));
      }
      StateStore store = open.apply(snapshots);
      boolean same =
          handles.size() == 1 && last != null && keyGroups.equals(last.getKeyGroupRange());
      return new Result(store, same ? base(last) : CheckpointStrategy.RestoredBase.none());
    } finally {
      for (Closeable one : opened) {
        registry.unregisterCloseable(one);
        one.close();
      }
    }
  }

  private RestoredSnapshot snapshot(IncrementalRemoteKeyedStateHandle handle, InputStream meta)
      throws Exception {
    CheckpointMeta.Read<K> read = CheckpointMeta.read(meta, classLoader);
    checkKeySerializer(read);
    Map<Integer, Integer> tables = new HashMap<>();
    List<StateMetaInfoSnapshot> infos = read.states().getStateMetaInfoSnapshots();
    for (int i = 0; i < infos.size(); i++) {
      tables.put(read.tables()[i], states.restored(infos.get(i)).table());
    }
    Map<String, StreamStateHandle> files = files(handle);
    return new RestoredSnapshot(
        meta,
        table -> tables.getOrDefault(table, -1),
        name -> {
          StreamStateHandle file = files.get(name);
          if (file == null) {
            throw new IOException(
                "Checkpoint "
                    + handle.getCheckpointId()
                    + " names the file "
                    + name
                    + " and has it not");
          }
          return new RemoteFile(file, registry);
        });
  }

  private void checkKeySerializer(CheckpointMeta.Read<K> read) throws StateMigrationException {
    if (keySerializerChecked) {
      return;
    }
    keySerializerChecked = true;
    var now = keySerializer.currentSchemaSerializer();
    var compatibility =
        keySerializer.setPreviousSerializerSnapshotForRestoredState(
            read.states().getKeySerializerSnapshot());
    if (compatibility.isCompatibleAfterMigration() || compatibility.isIncompatible()) {
      throw new StateMigrationException(
          "The new key serializer ("
              + now
              + ") must be compatible with the previous key serializer ("
              + keySerializer.previousSchemaSerializer()
              + ").");
    }
  }

  private static Map<String, StreamStateHandle> files(IncrementalRemoteKeyedStateHandle handle) {
    Map<String, StreamStateHandle> files = new HashMap<>();
    for (HandleAndLocalPath file : handle.getSharedState()) {
      files.put(file.getLocalPath(), file.getHandle());
    }
    for (HandleAndLocalPath file : handle.getPrivateState()) {
      files.put(file.getLocalPath(), file.getHandle());
    }
    return files;
  }

  private static CheckpointStrategy.RestoredBase base(IncrementalRemoteKeyedStateHandle handle) {
    UUID backend = handle.getBackendIdentifier();
    return new CheckpointStrategy.RestoredBase(backend, handle.getCheckpointId(), files(handle));
  }

  // ---- savepoints in the canonical format

  private void fromSavepoint(Collection<KeyedStateHandle> handles, StateStore store)
      throws Exception {
    for (KeyedStateHandle handle : handles) {
      if (!(handle instanceof KeyGroupsStateHandle)) {
        throw new IllegalStateException(
            "State can be restored from a checkpoint that Varve made, or from a savepoint in the"
                + " canonical format; found "
                + handle.getClass().getSimpleName());
      }
    }
    FullSnapshotRestoreOperation<K> operation =
        new FullSnapshotRestoreOperation<>(keyGroups, classLoader, handles, keySerializer);
    try (ThrowingIterator<SavepointRestoreResult> results = operation.restore()) {
      while (results.hasNext()) {
        take(results.next(), store);
      }
    }
  }

  private void take(SavepointRestoreResult result, StateStore store) throws Exception {
    List<Taker> takers = new ArrayList<>();
    for (StateMetaInfoSnapshot info : result.getStateMetaInfoSnapshots()) {
      takers.add(new Taker(states.restored(info), store));
    }
    try (ThrowingIterator<KeyGroup> groups = result.getRestoredKeyGroups()) {
      while (groups.hasNext()) {
        KeyGroup group = groups.next();
        try (ThrowingIterator<KeyGroupEntry> entries = group.getKeyGroupEntries()) {
          while (entries.hasNext()) {
            KeyGroupEntry entry = entries.next();
            takers
                .get(entry.getKvStateId())
                .take(group.getKeyGroupId(), entry.getKey(), entry.getValue());
          }
        }
      }
    }
  }

  /** Puts the entries of one state into its table. */
  private final class Taker {

    private final States.Registered state;
    private final StateStore store;
    private final ByteSpan key = new ByteSpan();
    private final ByteSpan userKey = new ByteSpan();
    private final ByteSpan value = new ByteSpan();
    private final VarveKeyedStateBackend.KeyReader<?, ?> reader;

    Taker(States.Registered state, StateStore store) {
      this.state = state;
      this.store = store;
      this.reader =
          state.info() instanceof RegisteredKeyValueStateBackendMetaInfo<?, ?> info
              ? new VarveKeyedStateBackend.KeyReader<>(
                  keySerializer.previousSchemaSerializer(), info.getNamespaceSerializer())
              : null;
    }

    void take(int keyGroup, byte[] composite, byte[] bytes) {
      int length = composite.length - keyGroupPrefixBytes;
      key.wrap(composite, keyGroupPrefixBytes, length);
      value.wrap(bytes);
      switch (state.kind()) {
        case VALUE -> store.values(state.table()).put(keyGroup, key, value);
        case LIST -> {
          byte[] delimited = java.util.Arrays.copyOf(bytes, bytes.length + 1);
          delimited[bytes.length] = TableListState.DELIMITER;
          store.lists(state.table()).put(keyGroup, key, value.wrap(delimited));
        }
        case MAP -> {
          int end = reader.end(key);
          userKey.wrap(composite, end, composite.length - end);
          key.wrap(composite, keyGroupPrefixBytes, end - keyGroupPrefixBytes);
          store.maps(state.table()).put(keyGroup, key, userKey, value);
        }
        case TIMERS -> store.ordered(state.table()).add(keyGroup, key);
      }
    }
  }
}
