package io.varve.flink.state;

import io.varve.state.ByteSpan;
import io.varve.state.ListTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.Preconditions;
import org.apache.flink.util.StateMigrationException;

/**
 * A list a key and namespace, in a table of lists. Each element is followed by a delimiter, so that
 * adding one never asks whether there is another before it.
 */
final class TableListState<K, N, E> extends TableState<K, N, List<E>, ListTable>
    implements InternalListState<K, N, E> {

  static final byte DELIMITER = ',';

  private TypeSerializer<E> elementSerializer;

  TableListState(
      VarveKeyedStateBackend<K> backend,
      ListTable table,
      StateSerializers<N, List<E>> serializers) {
    super(backend, table, serializers);
  }

  @Override
  void update(StateSerializers<N, List<E>> serializers) {
    super.update(serializers);
    elementSerializer = ((ListSerializer<E>) serializers.values()).getElementSerializer();
  }

  @Override
  public Iterable<E> get() {
    return getInternal();
  }

  @Override
  public List<E> getInternal() {
    return table.get(keyGroup(), key(), found) ? elements(found, elementSerializer) : null;
  }

  private List<E> elements(ByteSpan bytes, TypeSerializer<E> serializer) {
    DataInputDeserializer in = this.in;
    in.setBuffer(bytes.array(), bytes.offset(), bytes.length());
    List<E> elements = new ArrayList<>();
    try {
      while (in.available() > 0) {
        elements.add(serializer.deserialize(in));
        in.skipBytesToRead(1);
      }
      return elements;
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't deserialize an element of a list", e);
    }
  }

  @Override
  public void add(E element) {
    Preconditions.checkNotNull(element, "You cannot add null to a ListState.");
    out.clear();
    write(element);
    table.append(keyGroup(), key(), written());
  }

  @Override
  public void addAll(List<E> elements) {
    Preconditions.checkNotNull(elements, "List of values to add cannot be null.");
    if (!elements.isEmpty()) {
      ByteSpan bytes = all(elements);
      table.append(keyGroup(), key(), bytes);
    }
  }

  @Override
  public void update(List<E> elements) {
    updateInternal(elements);
  }

  @Override
  public void updateInternal(List<E> elements) {
    Preconditions.checkNotNull(elements, "List of values to add cannot be null.");
    if (elements.isEmpty()) {
      clear();
    } else {
      ByteSpan bytes = all(elements);
      table.put(keyGroup(), key(), bytes);
    }
  }

  private ByteSpan all(List<E> elements) {
    out.clear();
    for (E element : elements) {
      Preconditions.checkNotNull(element, "You cannot add null to a ListState.");
      write(element);
    }
    return written();
  }

  private void write(E element) {
    try {
      elementSerializer.serialize(element, out);
      out.write(DELIMITER);
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't serialize an element of a list", e);
    }
  }

  @Override
  public void mergeNamespaces(N target, Collection<N> sources) {
    if (sources == null) {
      return;
    }
    int keyGroup = keyGroup();
    for (N source : sources) {
      if (table.get(keyGroup, key(source), found)) {
        table.clear(keyGroup, key(source));
        table.append(keyGroup, key(target), found);
      }
    }
  }

  @Override
  protected byte[] serialized(
      int keyGroup, ByteSpan key, TypeSerializer<List<E>> safeValueSerializer) {
    ByteSpan target = new ByteSpan();
    return table.get(keyGroup, key, target) ? delimited(target) : null;
  }

  /** The elements with delimiters between them only, as other backends keep them. */
  static byte[] delimited(ByteSpan bytes) {
    return java.util.Arrays.copyOfRange(
        bytes.array(), bytes.offset(), bytes.offset() + Math.max(0, bytes.length() - 1));
  }

  @Override
  void migrate(
      int keyGroup,
      ByteSpan key,
      TtlAwareSerializer<List<E>, ?> before,
      TtlAwareSerializer<List<E>, ?> now,
      TtlTimeProvider time)
      throws StateMigrationException {
    if (!table.get(keyGroup, key, found)) {
      return;
    }
    TtlAwareSerializer<E, ?> from =
        ((TtlAwareSerializer.TtlAwareListSerializer<E>) before).getElementSerializer();
    TtlAwareSerializer<E, ?> to =
        ((TtlAwareSerializer.TtlAwareListSerializer<E>) now).getElementSerializer();
    in.setBuffer(found.array(), found.offset(), found.length());
    out.clear();
    try {
      while (in.available() > 0) {
        Migration.value(from, to, in, out, time);
        in.skipBytesToRead(1);
        out.write(DELIMITER);
      }
    } catch (IOException e) {
      throw new StateMigrationException("Can't write a list in the form of its new serializer", e);
    }
    table.put(keyGroup, key, written());
  }
}
