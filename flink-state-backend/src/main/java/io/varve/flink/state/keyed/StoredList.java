package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import io.varve.state.ListTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.util.Preconditions;
import org.jspecify.annotations.Nullable;

/**
 * A list: each element's bytes and a delimiter behind them.
 *
 * <p>Thread: the task's.
 */
public final class StoredList<K, N, V> extends TableState<K, N, List<V>>
    implements InternalListState<K, N, V> {

  /**
   * What stands behind each element. Canonical savepoints have the same between two elements, and
   * nothing behind the last.
   */
  public static final byte DELIMITER = ',';

  private final ListTable table;
  private TypeSerializer<V> elementSerializer;

  StoredList(
      Scope<K> scope,
      RegisteredKeyValueStateBackendMetaInfo<N, List<V>> registered,
      ListTable table) {
    super(scope, registered);
    this.table = table;
    this.elementSerializer = elements(getValueSerializer());
  }

  @Override
  void describe(
      RegisteredKeyValueStateBackendMetaInfo<N, List<V>> registered,
      StateDescriptor<?, List<V>> descriptor) {
    super.describe(registered, descriptor);
    elementSerializer = elements(getValueSerializer());
  }

  private static <V> TypeSerializer<V> elements(TypeSerializer<List<V>> serializer) {
    return ((ListSerializer<V>) serializer).getElementSerializer();
  }

  @Override
  public @Nullable Iterable<V> get() throws IOException {
    return getInternal();
  }

  @Override
  public @Nullable List<V> getInternal() throws IOException {
    if (!load()) {
      return null;
    }
    DataInputDeserializer in = deserializing();
    List<V> elements = new ArrayList<>();
    while (in.available() > 0) {
      elements.add(elementSerializer.deserialize(in));
      in.skipBytesToRead(1);
    }
    // All may have expired, and have been taken out of a list whose records are still there.
    return elements.isEmpty() ? null : elements;
  }

  private boolean load() {
    int keyGroup = keyGroup();
    ByteSpan key = key();
    gate.enter();
    try {
      return table.get(keyGroup, key, read);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void add(V value) throws IOException {
    out.clear();
    write(value);
    append(serialized());
  }

  @Override
  public void addAll(List<V> values) throws IOException {
    writeAll(values);
    if (!values.isEmpty()) {
      append(serialized());
    }
  }

  private void append(ByteSpan bytes) {
    int keyGroup = keyGroup();
    ByteSpan key = key();
    gate.enter();
    try {
      table.append(keyGroup, key, bytes);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void update(List<V> values) throws IOException {
    updateInternal(values);
  }

  @Override
  public void updateInternal(List<V> values) throws IOException {
    writeAll(values);
    if (values.isEmpty()) {
      clear();
      return;
    }
    int keyGroup = keyGroup();
    ByteSpan key = key();
    ByteSpan bytes = serialized();
    gate.enter();
    try {
      table.put(keyGroup, key, bytes);
    } finally {
      gate.exit();
    }
  }

  private void writeAll(List<V> values) throws IOException {
    Preconditions.checkNotNull(values, "A list state takes no null instead of a list");
    out.clear();
    for (V value : values) {
      write(value);
    }
  }

  private void write(V value) throws IOException {
    Preconditions.checkNotNull(value, "A list state takes no null elements");
    elementSerializer.serialize(value, out);
    out.writeByte(DELIMITER);
  }

  @Override
  public void clear() {
    int keyGroup = keyGroup();
    ByteSpan key = key();
    gate.enter();
    try {
      table.clear(keyGroup, key);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void mergeNamespaces(N target, @Nullable Collection<N> sources) {
    if (sources == null) {
      return;
    }
    for (N source : sources) {
      if (source != null) {
        setCurrentNamespace(source);
        if (load()) {
          clear();
          setCurrentNamespace(target);
          if (read.length() > 0) {
            append(read);
          }
        }
      }
    }
    setCurrentNamespace(target);
  }

  @Override
  byte @Nullable [] serializedValue(
      int keyGroup, ByteSpan key, TypeSerializer<List<V>> safeValueSerializer) {
    ByteSpan list = new ByteSpan();
    boolean any = table.get(keyGroup, key, list) && list.length() > 0;
    return any ? withoutLastDelimiter(list) : null;
  }

  /** A list that has elements, as canonical savepoints have it. */
  public static byte[] withoutLastDelimiter(ByteSpan list) {
    return Arrays.copyOfRange(list.array(), list.offset(), list.offset() + list.length() - 1);
  }
}
