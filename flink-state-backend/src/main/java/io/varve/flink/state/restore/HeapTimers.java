package io.varve.flink.state.restore;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.runtime.state.KeyExtractorFunction;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.Keyed;
import org.apache.flink.runtime.state.PriorityComparable;
import org.apache.flink.runtime.state.RegisteredPriorityQueueStateBackendMetaInfo;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueElement;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSetFactory;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSnapshotRestoreWrapper;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/** Timers that are kept on the heap, by their names. Thread: the task's. */
public final class HeapTimers {

  private static final int CAPACITY_FIRST = 128;

  private final KeyGroupRange keyGroups;
  private final int keyGroupsMax;
  private final HeapPriorityQueueSetFactory factory;
  private final Map<String, HeapPriorityQueueSnapshotRestoreWrapper<?>> queues =
      new LinkedHashMap<>();
  private final DataInputDeserializer in = new DataInputDeserializer();

  public HeapTimers(KeyGroupRange keyGroups, int keyGroupsMax) {
    this.keyGroups = keyGroups;
    this.keyGroupsMax = keyGroupsMax;
    this.factory = new HeapPriorityQueueSetFactory(keyGroups, keyGroupsMax, CAPACITY_FIRST);
  }

  public HeapPriorityQueueSetFactory factory() {
    return factory;
  }

  /** All queues; Flink adds those that are made later. */
  public Map<String, HeapPriorityQueueSnapshotRestoreWrapper<?>> queues() {
    return queues;
  }

  /** The queue that a snapshot tells of. */
  HeapPriorityQueueSnapshotRestoreWrapper<?> restored(StateMetaInfoSnapshot snapshot) {
    return queues.computeIfAbsent(
        snapshot.getName(),
        name -> wrapper(new RegisteredPriorityQueueStateBackendMetaInfo<>(snapshot)));
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      HeapPriorityQueueSnapshotRestoreWrapper<T> wrapper(
          RegisteredPriorityQueueStateBackendMetaInfo meta) {
    return new HeapPriorityQueueSnapshotRestoreWrapper<T>(
        factory.create(meta.getName(), meta.getElementSerializer()),
        meta,
        KeyExtractorFunction.forKeyedObjects(),
        keyGroups,
        keyGroupsMax);
  }

  /** Adds a timer that its serializer has written. */
  @SuppressWarnings("unchecked")
  void add(HeapPriorityQueueSnapshotRestoreWrapper<?> queue, byte[] bytes, int offset, int length)
      throws IOException {
    in.setBuffer(bytes, offset, length);
    HeapPriorityQueueSnapshotRestoreWrapper<HeapPriorityQueueElement> of =
        (HeapPriorityQueueSnapshotRestoreWrapper<HeapPriorityQueueElement>) queue;
    of.getPriorityQueue().add(of.getMetaInfo().getElementSerializer().deserialize(in));
  }
}
