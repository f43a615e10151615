package io.varve.flink.state.restore;

import io.varve.base.VarveException;
import io.varve.flink.state.keyed.RegisteredStates;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.flink.state.snapshot.CheckpointMeta;
import io.varve.state.MapCursor;
import io.varve.state.RestoredSnapshot;
import io.varve.state.StateStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.BackendBuildingException;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.StateSerializerProvider;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSnapshotRestoreWrapper;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.util.IOUtils;
import org.apache.flink.util.StateMigrationException;

/**
 * Opens a store from checkpoints and native savepoints, however many and whatever key groups they
 * have beside the wanted ones. Their files serve reads where they are until they have been copied.
 *
 * <p>Thread: the task's.
 */
public final class NativeRestore<K> {

  private final KeyGroupRange keyGroups;
  private final ClassLoader classes;
  private final StateSerializerProvider<K> keySerializer;
  private final RegisteredStates registered;
  private final CloseableRegistry registry;
  private boolean keySerializerChecked;

  /**
   * @param registry closes what is being read when the task is cancelled, at any time of its life
   */
  public NativeRestore(
      KeyGroupRange keyGroups,
      ClassLoader classes,
      StateSerializerProvider<K> keySerializer,
      RegisteredStates registered,
      CloseableRegistry registry) {
    this.keyGroups = keyGroups;
    this.classes = classes;
    this.keySerializer = keySerializer;
    this.registered = registered;
    this.registry = registry;
  }

  /** Opens a store. */
  public interface Opener {
    StateStore open(List<RestoredSnapshot> snapshots) throws Exception;
  }

  /** Opens a store with what the checkpoints hold of the key groups. */
  public StateStore restore(List<IncrementalKeyedStateHandle> checkpoints, Opener opener)
      throws Exception {
    List<InputStream> metas = new ArrayList<>();
    try {
      List<RestoredSnapshot> snapshots = new ArrayList<>();
      for (IncrementalKeyedStateHandle checkpoint : checkpoints) {
        if (keyGroups.getIntersection(checkpoint.getKeyGroupRange()).getNumberOfKeyGroups() > 0) {
          InputStream meta = checkpoint.getMetaDataStateHandle().openInputStream();
          metas.add(meta);
          registry.registerCloseable(meta);
          snapshots.add(snapshot(checkpoint, meta));
        }
      }
      return opener.open(snapshots);
    } catch (VarveException e) {
      throw new BackendBuildingException(
          "Cannot open the state of " + keyGroups + " from " + checkpoints, e);
    } finally {
      for (InputStream meta : metas) {
        registry.unregisterCloseable(meta);
        IOUtils.closeQuietly(meta);
      }
    }
  }

  private RestoredSnapshot snapshot(IncrementalKeyedStateHandle checkpoint, InputStream stream)
      throws Exception {
    CheckpointMeta meta;
    try {
      meta =
          CheckpointMeta.read(
              stream,
              "metadata in " + checkpoint.getMetaDataStateHandle(),
              classes,
              this::checkKeySerializer);
    } catch (EOFException e) {
      throw new IOException(
          "The metadata of a checkpoint ends too early, in "
              + checkpoint.getMetaDataStateHandle()
              + " of "
              + checkpoint,
          e);
    }
    Map<Integer, Integer> tables = new HashMap<>();
    for (int i = 0; i < meta.states().size(); i++) {
      tables.put(meta.tables().get(i), registered.restored(meta.states().get(i)).table());
    }
    return new RestoredSnapshot(
        stream, table -> tables.getOrDefault(table, -1), new CheckpointFiles(checkpoint, registry));
  }

  private void checkKeySerializer(TypeSerializerSnapshot<K> prior) throws StateMigrationException {
    if (keySerializerChecked) {
      return;
    }
    TypeSerializer<K> now = keySerializer.currentSchemaSerializer();
    TypeSerializerSchemaCompatibility<K> compatibility =
        keySerializer.setPreviousSerializerSnapshotForRestoredState(prior);
    if (compatibility.isCompatibleAfterMigration() || compatibility.isIncompatible()) {
      throw new StateMigrationException(
          "Keys were written by "
              + keySerializer.previousSchemaSerializer()
              + ", and can't be migrated to "
              + now);
    }
    keySerializerChecked = true;
  }

  /** Moves the timers that the checkpoints had among their files to the heap. */
  public void moveTimers(StateStore store, HeapTimers heap) throws IOException {
    for (Registered state : List.copyOf(registered.all())) {
      if (state.isTimers()) {
        StateMetaInfoSnapshot snapshot = state.meta().snapshot();
        HeapPriorityQueueSnapshotRestoreWrapper<?> queue = heap.restored(snapshot);
        for (int keyGroup : keyGroups) {
          try (MapCursor cursor = store.ordered(state.table()).cursor(keyGroup)) {
            while (cursor.next()) {
              heap.add(
                  queue,
                  cursor.userKey().array(),
                  cursor.userKey().offset(),
                  cursor.userKey().length());
            }
          }
        }
        store.drop(state.table());
        registered.remove(state);
      }
    }
  }
}
