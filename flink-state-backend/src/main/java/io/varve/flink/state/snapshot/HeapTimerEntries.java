package io.varve.flink.state.snapshot;

import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueStateSnapshot;

/** Timers on the heap as entries of a canonical savepoint. Thread: confined to the savepoint's. */
final class HeapTimerEntries implements EntrySource {

  private static final byte[] NOTHING = {};

  private final List<HeapPriorityQueueStateSnapshot<?>> queues;
  private final int firstState;
  private final int lastKeyGroup;
  private final int prefixBytes;
  private final DataOutputSerializer out = new DataOutputSerializer(128);

  private int keyGroup;
  private int queue = -1;
  private Iterator<?> timers = Collections.emptyIterator();
  private byte[] key = NOTHING;

  HeapTimerEntries(
      List<HeapPriorityQueueStateSnapshot<?>> queues,
      int firstState,
      KeyGroupRange keyGroups,
      int prefixBytes) {
    this.queues = queues;
    this.firstState = firstState;
    this.keyGroup = keyGroups.getStartKeyGroup();
    this.lastKeyGroup = queues.isEmpty() ? keyGroup - 1 : keyGroups.getEndKeyGroup();
    this.prefixBytes = prefixBytes;
  }

  @Override
  public boolean next() throws IOException {
    while (!timers.hasNext()) {
      if (keyGroup > lastKeyGroup) {
        return false;
      }
      queue++;
      if (queue < queues.size()) {
        timers = queues.get(queue).getIteratorForKeyGroup(keyGroup);
      } else {
        queue = -1;
        keyGroup++;
      }
    }
    out.clear();
    CompositeKeySerializationUtils.writeKeyGroup(keyGroup, prefixBytes, out);
    serialize(timers.next());
    key = out.getCopyOfBuffer();
    return true;
  }

  @SuppressWarnings("unchecked")
  private void serialize(Object timer) throws IOException {
    ((TypeSerializer<Object>) queues.get(queue).getMetaInfo().getElementSerializer())
        .serialize(timer, out);
  }

  @Override
  public int keyGroup() {
    return keyGroup;
  }

  @Override
  public int state() {
    return firstState + queue;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public byte[] value() {
    return NOTHING;
  }

  @Override
  public void close() {}
}
