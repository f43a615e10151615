package io.varve.flink.state.snapshot;

import io.varve.flink.state.keyed.RegisteredStates;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.flink.state.keyed.StoreGate;
import io.varve.state.StateSnapshot;
import io.varve.state.StateStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.FullSnapshotResources;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyValueStateIterator;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.StateSnapshotTransformer;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.UncompressedStreamCompressionDecorator;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSnapshotRestoreWrapper;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueStateSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * What a canonical savepoint is written from: a snapshot of the store, and the timers that are kept
 * on the heap. States are numbered by their tables, timers on the heap behind them.
 *
 * <p>Thread: made by the task's, used by another.
 */
public final class CanonicalResources<K> implements FullSnapshotResources<K> {

  private final Format<K> format;
  private final StateSnapshot snapshot;
  private final List<Stored> stored;
  private final List<HeapPriorityQueueStateSnapshot<?>> timersOnHeap;
  private final List<StateMetaInfoSnapshot> metas;

  /** Whether the writing of entries has begun. */
  private boolean begun;

  private @Nullable LargeWrites largeWrites;

  /** What all savepoints of a subtask have in common. */
  public record Format<K>(
      TypeSerializer<K> keySerializer,
      KeyGroupRange keyGroups,
      int keyGroupPrefixBytes,
      StreamCompressionDecorator compression) {}

  /** A state in the store, as it was when the snapshot was taken. */
  record Stored(
      int table,
      boolean isList,
      boolean isMap,
      boolean isTimers,
      @Nullable StateSnapshotTransformer<byte[]> transformer) {}

  private CanonicalResources(
      Format<K> format,
      StateSnapshot snapshot,
      List<Stored> stored,
      List<HeapPriorityQueueStateSnapshot<?>> timersOnHeap,
      List<StateMetaInfoSnapshot> metas) {
    this.format = format;
    this.snapshot = snapshot;
    this.stored = stored;
    this.timersOnHeap = timersOnHeap;
    this.metas = metas;
  }

  /** Takes a snapshot of what there is now. */
  public static <K> CanonicalResources<K> take(
      Format<K> format,
      StateStore store,
      StoreGate gate,
      RegisteredStates registered,
      Collection<HeapPriorityQueueSnapshotRestoreWrapper<?>> timersOnHeap) {
    List<Registered> states = new ArrayList<>(registered.all());
    states.sort(Comparator.comparingInt(Registered::table));
    List<Stored> stored = new ArrayList<>();
    List<StateMetaInfoSnapshot> metas = new ArrayList<>();
    for (Registered state : states) {
      metas.add(state.meta().snapshot());
      stored.add(
          new Stored(
              state.table(), state.isList(), state.isMap(), state.isTimers(), transformer(state)));
    }
    List<HeapPriorityQueueStateSnapshot<?>> timers = new ArrayList<>();
    for (HeapPriorityQueueSnapshotRestoreWrapper<?> queue : timersOnHeap) {
      metas.add(queue.getMetaInfo().snapshot());
      timers.add(queue.stateSnapshot());
    }
    gate.enter();
    try {
      return new CanonicalResources<>(format, store.snapshot(), stored, timers, metas);
    } finally {
      gate.exit();
    }
  }

  private static @Nullable StateSnapshotTransformer<byte[]> transformer(Registered state) {
    return state.meta() instanceof RegisteredKeyValueStateBackendMetaInfo<?, ?> meta
        ? meta.getStateSnapshotTransformFactory().createForSerializedState().orElse(null)
        : null;
  }

  @Override
  public List<StateMetaInfoSnapshot> getMetaInfoSnapshots() {
    return metas;
  }

  @Override
  public KeyValueStateIterator createKVStateIterator() {
    snapshot.await();
    begun = true;
    return CanonicalEntries.begin(
        new StoredEntries(snapshot, stored, format.keyGroupPrefixBytes()),
        new HeapTimerEntries(
            timersOnHeap, stored.size(), format.keyGroups(), format.keyGroupPrefixBytes()));
  }

  @Override
  public KeyGroupRange getKeyGroupRange() {
    return format.keyGroups();
  }

  @Override
  public TypeSerializer<K> getKeySerializer() {
    return format.keySerializer();
  }

  /**
   * How key groups are written. Flink asks first of all, to write down whether they are compressed,
   * and takes anything but its own instance that doesn't for one that does; when it asks again, to
   * write them, entries have been asked for.
   */
  @Override
  public StreamCompressionDecorator getStreamCompressionDecorator() {
    StreamCompressionDecorator set = format.compression();
    if (!begun || set != UncompressedStreamCompressionDecorator.INSTANCE) {
      return set;
    }
    LargeWrites large = largeWrites;
    if (large == null) {
      large = new LargeWrites();
      largeWrites = large;
    }
    return large;
  }

  @Override
  public void release() {
    snapshot.close();
  }
}
