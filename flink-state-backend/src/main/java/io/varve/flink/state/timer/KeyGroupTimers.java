package io.varve.flink.state.timer;

import io.varve.flink.state.keyed.StoreGate;
import io.varve.state.ByteSpan;
import io.varve.state.MapCursor;
import io.varve.state.OrderedTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.NoSuchElementException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.InternalPriorityQueue;
import org.apache.flink.runtime.state.heap.AbstractHeapPriorityQueueElement;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one key group. The first is kept beside the store, serialized and, once it was
 * asked for, as an object.
 *
 * <p>Thread: the task's.
 */
final class KeyGroupTimers<T> extends AbstractHeapPriorityQueueElement
    implements InternalPriorityQueue<T> {

  private final OrderedTable table;
  private final StoreGate gate;
  private final int keyGroup;
  private final TypeSerializer<T> serializer;
  private final DataOutputSerializer out;
  private final DataInputDeserializer in;
  private final ByteSpan element = new ByteSpan();

  /** The first element's bytes, if {@link #headKnown} and there is any. */
  private final ByteSpan head = new ByteSpan();

  private @Nullable T headObject;
  private boolean headKnown;
  private boolean empty;

  KeyGroupTimers(
      OrderedTable table,
      StoreGate gate,
      int keyGroup,
      TypeSerializer<T> serializer,
      DataOutputSerializer out,
      DataInputDeserializer in) {
    this.table = table;
    this.gate = gate;
    this.keyGroup = keyGroup;
    this.serializer = serializer;
    this.out = out;
    this.in = in;
  }

  @Override
  public @Nullable T peek() {
    if (headObject == null && !isEmpty()) {
      headObject = deserialized(head);
    }
    return headObject;
  }

  @Override
  public @Nullable T poll() {
    T first = peek();
    if (first != null) {
      gate.enter();
      try {
        table.pollFirst(keyGroup, element);
      } finally {
        gate.exit();
      }
      forgetHead();
    }
    return first;
  }

  @Override
  public boolean add(T timer) {
    serialize(timer);
    boolean wasEmpty = isEmpty();
    boolean added;
    gate.enter();
    try {
      added = table.add(keyGroup, element);
    } finally {
      gate.exit();
    }
    if (!added || (!wasEmpty && compare(element, head) > 0)) {
      return false;
    }
    // Kept as bytes, since the timer's key may be an object that is used again.
    head.copy(element.array(), element.offset(), element.length());
    headObject = null;
    empty = false;
    return true;
  }

  @Override
  public void addAll(@Nullable Collection<? extends T> timers) {
    if (timers != null) {
      timers.forEach(this::add);
    }
  }

  @Override
  public boolean remove(T timer) {
    if (isEmpty()) {
      return false;
    }
    serialize(timer);
    gate.enter();
    try {
      if (!table.remove(keyGroup, element)) {
        return false;
      }
    } finally {
      gate.exit();
    }
    if (!element.equals(head)) {
      return false;
    }
    forgetHead();
    return true;
  }

  @Override
  public boolean isEmpty() {
    if (!headKnown) {
      gate.enter();
      try {
        empty = !table.first(keyGroup, head);
      } finally {
        gate.exit();
      }
      headKnown = true;
    }
    return empty;
  }

  @Override
  public int size() {
    gate.enter();
    try {
      return (int) Math.min(Integer.MAX_VALUE, table.size(keyGroup));
    } finally {
      gate.exit();
    }
  }

  @Override
  public CloseableIterator<T> iterator() {
    return new Elements();
  }

  private void forgetHead() {
    headKnown = false;
    headObject = null;
  }

  private void serialize(T timer) {
    try {
      out.clear();
      serializer.serialize(timer, out);
      element.wrap(out.getSharedBuffer(), 0, out.length());
    } catch (IOException e) {
      throw new FlinkRuntimeException("Cannot serialize the timer " + timer, e);
    }
  }

  private T deserialized(ByteSpan bytes) {
    try {
      in.setBuffer(bytes.array(), bytes.offset(), bytes.length());
      return serializer.deserialize(in);
    } catch (IOException e) {
      throw new FlinkRuntimeException("Cannot deserialize a timer", e);
    }
  }

  private static int compare(ByteSpan one, ByteSpan other) {
    return Arrays.compareUnsigned(
        one.array(),
        one.offset(),
        one.offset() + one.length(),
        other.array(),
        other.offset(),
        other.offset() + other.length());
  }

  private final class Elements implements CloseableIterator<T> {

    private final MapCursor cursor;
    private boolean ahead;
    private boolean ended;
    private boolean closed;

    Elements() {
      gate.enter();
      try {
        cursor = table.cursor(keyGroup);
      } finally {
        gate.exit();
      }
    }

    @Override
    public boolean hasNext() {
      if (!ahead && !ended) {
        gate.enter();
        try {
          ahead = cursor.next();
          ended = !ahead;
        } finally {
          gate.exit();
        }
      }
      return ahead;
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException("No more timers in key group " + keyGroup);
      }
      ahead = false;
      return deserialized(cursor.userKey());
    }

    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      gate.enter();
      try {
        cursor.close();
      } finally {
        gate.exit();
      }
    }
  }
}
