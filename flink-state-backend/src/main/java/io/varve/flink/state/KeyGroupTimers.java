package io.varve.flink.state;

import io.varve.state.ByteSpan;
import io.varve.state.MapCursor;
import io.varve.state.OrderedTable;
import java.io.IOException;
import java.util.Collection;
import java.util.NoSuchElementException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.InternalPriorityQueue;
import org.apache.flink.runtime.state.heap.AbstractHeapPriorityQueueElement;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * The timers of one key group, in an ordered set: their order is that of their bytes. Only the
 * first is kept as an object.
 *
 * <p>Thread: the task's.
 */
final class KeyGroupTimers<T> extends AbstractHeapPriorityQueueElement
    implements InternalPriorityQueue<T> {

  private final OrderedTable table;
  private final int keyGroup;
  private final TypeSerializer<T> serializer;
  private final DataOutputSerializer out = new DataOutputSerializer(64);
  private final DataInputDeserializer in = new DataInputDeserializer();
  private final ByteSpan bytes = new ByteSpan();
  private final ByteSpan headBytes = new ByteSpan();

  /** Whether {@link #head} is the first timer, or null because there is none. */
  private boolean headKnown;

  private T head;

  KeyGroupTimers(OrderedTable table, int keyGroup, TypeSerializer<T> serializer) {
    this.table = table;
    this.keyGroup = keyGroup;
    this.serializer = serializer;
  }

  @Override
  public T peek() {
    if (!headKnown) {
      head = table.first(keyGroup, headBytes) ? element(headBytes) : null;
      headKnown = true;
    }
    return head;
  }

  @Override
  public T poll() {
    T first = peek();
    if (first != null) {
      table.pollFirst(keyGroup, bytes);
      headKnown = false;
      head = null;
    }
    return first;
  }

  @Override
  public boolean add(T element) {
    ByteSpan added = serialize(element);
    if (!table.add(keyGroup, added)) {
      return false;
    }
    if (!headKnown) {
      return true;
    }
    if (head != null && compare(added, headBytes) > 0) {
      return false;
    }
    headBytes.copy(added.array(), added.offset(), added.length());
    head = element(headBytes);
    return true;
  }

  @Override
  public boolean remove(T element) {
    ByteSpan removed = serialize(element);
    if (!table.remove(keyGroup, removed)) {
      return false;
    }
    if (headKnown && (head == null || compare(removed, headBytes) != 0)) {
      return false;
    }
    headKnown = false;
    head = null;
    return true;
  }

  @Override
  public void addAll(Collection<? extends T> elements) {
    if (elements != null) {
      elements.forEach(this::add);
    }
  }

  @Override
  public boolean isEmpty() {
    return peek() == null;
  }

  @Override
  public int size() {
    return (int) Math.min(Integer.MAX_VALUE, table.size(keyGroup));
  }

  @Override
  public CloseableIterator<T> iterator() {
    MapCursor cursor = table.cursor(keyGroup);
    return new CloseableIterator<>() {
      private boolean ahead;
      private T next;

      @Override
      public boolean hasNext() {
        if (!ahead && cursor.next()) {
          ahead = true;
          next = element(cursor.userKey());
        }
        return ahead;
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        ahead = false;
        return next;
      }

      @Override
      public void close() {
        cursor.close();
      }
    };
  }

  private ByteSpan serialize(T element) {
    try {
      out.clear();
      serializer.serialize(element, out);
      return bytes.wrap(out.getSharedBuffer(), 0, out.length());
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't serialize a timer", e);
    }
  }

  private T element(ByteSpan from) {
    try {
      in.setBuffer(from.array(), from.offset(), from.length());
      return serializer.deserialize(in);
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't deserialize a timer", e);
    }
  }

  private static int compare(ByteSpan a, ByteSpan b) {
    return java.util.Arrays.compareUnsigned(
        a.array(),
        a.offset(),
        a.offset() + a.length(),
        b.array(),
        b.offset(),
        b.offset() + b.length());
  }
}
