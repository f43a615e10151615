package io.varve.flink.state;

import io.varve.state.ByteSpan;
import io.varve.state.StateTable;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.queryablestate.client.state.serialization.KvStateSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.StateMigrationException;

/**
 * What all kinds of keyed state share: the current key and namespace, and the buffers that values
 * are serialized through.
 *
 * <p>Thread: the task's.
 *
 * @param <V> what the state's serializer takes: the value, list or map as a whole
 */
abstract class TableState<K, N, V, T extends StateTable> implements InternalKvState<K, N, V> {

  protected final VarveKeyedStateBackend<K> backend;
  protected final T table;
  protected final DataOutputSerializer out = new DataOutputSerializer(128);
  protected final DataInputDeserializer in = new DataInputDeserializer();
  protected final ByteSpan found = new ByteSpan();
  private final ByteSpan written = new ByteSpan();
  private final CompositeKey<K> compositeKey;

  protected TypeSerializer<N> namespaceSerializer;
  protected TypeSerializer<V> valueSerializer;
  private V defaultValue;
  private N namespace;
  private boolean ambiguous;

  TableState(VarveKeyedStateBackend<K> backend, T table, StateSerializers<N, V> serializers) {
    this.backend = backend;
    this.table = table;
    this.compositeKey = backend.compositeKey();
    update(serializers);
  }

  /** Takes serializers that have come with a later registration of the state. */
  void update(StateSerializers<N, V> serializers) {
    this.namespaceSerializer = serializers.namespaces();
    this.valueSerializer = serializers.values();
    this.defaultValue = serializers.defaultValue();
    this.ambiguous = compositeKey.ambiguousWith(namespaceSerializer);
  }

  /** The current key and namespace. */
  protected final ByteSpan key() {
    return compositeKey.with(namespace, namespaceSerializer, ambiguous);
  }

  protected final ByteSpan key(N namespace) {
    return compositeKey.with(namespace, namespaceSerializer, ambiguous);
  }

  protected final int keyGroup() {
    return compositeKey.keyGroup();
  }

  /** What was written to {@link #out}. */
  protected final ByteSpan written() {
    return written.wrap(out.getSharedBuffer(), 0, out.length());
  }

  protected final ByteSpan serialize(V value) {
    try {
      out.clear();
      valueSerializer.serialize(value, out);
      return written();
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't serialize a value of state", e);
    }
  }

  protected final V deserialize(ByteSpan bytes) {
    try {
      in.setBuffer(bytes.array(), bytes.offset(), bytes.length());
      return valueSerializer.deserialize(in);
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't deserialize a value of state", e);
    }
  }

  protected final V defaultValue() {
    return defaultValue == null ? null : valueSerializer.copy(defaultValue);
  }

  @Override
  public void setCurrentNamespace(N namespace) {
    this.namespace = namespace;
  }

  @Override
  public void clear() {
    table.clear(keyGroup(), key());
  }

  @Override
  public TypeSerializer<K> getKeySerializer() {
    return backend.getKeySerializer();
  }

  @Override
  public TypeSerializer<N> getNamespaceSerializer() {
    return namespaceSerializer;
  }

  @Override
  public TypeSerializer<V> getValueSerializer() {
    return valueSerializer;
  }

  @Override
  public byte[] getSerializedValue(
      byte[] serializedKeyAndNamespace,
      TypeSerializer<K> safeKeySerializer,
      TypeSerializer<N> safeNamespaceSerializer,
      TypeSerializer<V> safeValueSerializer)
      throws Exception {
    Tuple2<K, N> asked =
        KvStateSerializer.deserializeKeyAndNamespace(
            serializedKeyAndNamespace, safeKeySerializer, safeNamespaceSerializer);
    CompositeKey<K> key = new CompositeKey<>(safeKeySerializer);
    int keyGroup =
        KeyGroupRangeAssignment.assignToKeyGroup(asked.f0, backend.getNumberOfKeyGroups());
    key.set(asked.f0, keyGroup);
    ByteSpan bytes =
        key.with(asked.f1, safeNamespaceSerializer, key.ambiguousWith(safeNamespaceSerializer));
    return serialized(keyGroup, bytes, safeValueSerializer);
  }

  /** What is kept under the key, in the form in which it can be asked for from outside. */
  protected abstract byte[] serialized(
      int keyGroup, ByteSpan key, TypeSerializer<V> safeValueSerializer) throws IOException;

  /** Writes what is kept under the key anew, with the serializers of today. */
  abstract void migrate(
      int keyGroup,
      ByteSpan key,
      TtlAwareSerializer<V, ?> before,
      TtlAwareSerializer<V, ?> now,
      TtlTimeProvider time)
      throws StateMigrationException;

  @Override
  public StateIncrementalVisitor<K, N, V> getStateIncrementalVisitor(int recommendedMax) {
    throw new UnsupportedOperationException(
        "Expired state is cleaned up by the store itself; remove cleanupIncrementally from the"
            + " state's StateTtlConfig");
  }
}
