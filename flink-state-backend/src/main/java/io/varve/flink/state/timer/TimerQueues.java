package io.varve.flink.state.timer;

import io.varve.flink.state.keyed.RegisteredStates;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.flink.state.keyed.StoreGate;
import io.varve.state.OrderedTable;
import io.varve.state.StateStore;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyExtractorFunction;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.Keyed;
import org.apache.flink.runtime.state.PriorityComparable;
import org.apache.flink.runtime.state.PriorityComparator;
import org.apache.flink.runtime.state.PriorityQueueSetFactory;
import org.apache.flink.runtime.state.RegisteredPriorityQueueStateBackendMetaInfo;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueElement;
import org.apache.flink.runtime.state.heap.KeyGroupPartitionedPriorityQueue;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.StateMigrationException;

/**
 * Timers in the store: one ordered set a key group. Their order is that of the bytes that their
 * serializer writes.
 *
 * <p>Thread: the task's.
 */
public final class TimerQueues implements PriorityQueueSetFactory {

  private final StateStore store;
  private final StoreGate gate;
  private final RegisteredStates registered;
  private final KeyGroupRange keyGroups;
  private final int keyGroupsMax;
  private final DataOutputSerializer out = new DataOutputSerializer(128);
  private final DataInputDeserializer in = new DataInputDeserializer();

  public TimerQueues(
      StateStore store,
      StoreGate gate,
      RegisteredStates registered,
      KeyGroupRange keyGroups,
      int keyGroupsMax) {
    this.store = store;
    this.gate = gate;
    this.registered = registered;
    this.keyGroups = keyGroups;
    this.keyGroupsMax = keyGroupsMax;
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
    OrderedTable table = store.ordered(register(name, serializer, metaMayChange).table());
    return new KeyGroupPartitionedPriorityQueue<T, KeyGroupTimers<T>>(
        KeyExtractorFunction.forKeyedObjects(),
        PriorityComparator.forPriorityComparableObjects(),
        (keyGroup, count, keyOf, order) ->
            new KeyGroupTimers<>(table, gate, keyGroup, serializer, out, in),
        keyGroups,
        keyGroupsMax);
  }

  @SuppressWarnings("ReferenceEquality") // Flink asks which object it was
  private <T> Registered register(
      String name, TypeSerializer<T> serializer, boolean metaMayChange) {
    RegisteredPriorityQueueStateBackendMetaInfo<T> meta =
        new RegisteredPriorityQueueStateBackendMetaInfo<>(name, serializer);
    if (metaMayChange) {
      meta = meta.withSerializerUpgradesAllowed();
    }
    Registered there = registered.timers(name);
    if (there == null) {
      return registered.add(meta);
    }
    @SuppressWarnings("unchecked")
    RegisteredPriorityQueueStateBackendMetaInfo<T> prior =
        (RegisteredPriorityQueueStateBackendMetaInfo<T>) there.meta();
    if (prior.getPreviousElementSerializer() != serializer
        && prior.updateElementSerializer(serializer).isIncompatible()) {
      throw new FlinkRuntimeException(
          new StateMigrationException(
              "The timers of "
                  + name
                  + " were written by a serializer that the new one, "
                  + serializer
                  + ", is incompatible with"));
    }
    there.describe(meta);
    return there;
  }
}
