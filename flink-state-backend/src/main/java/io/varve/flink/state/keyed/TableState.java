package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import java.util.Objects;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.queryablestate.client.state.serialization.KvStateSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.jspecify.annotations.Nullable;

/** What all kinds of state share: key, namespace and serializers. Thread: the task's. */
abstract class TableState<K, N, V> implements InternalKvState<K, N, V> {

  final Scope<K> scope;
  final StoreGate gate;

  final DataOutputSerializer out = new DataOutputSerializer(128);
  final DataInputDeserializer in = new DataInputDeserializer();

  /** What was read last. */
  final ByteSpan read = new ByteSpan();

  /** What is to be written. */
  final ByteSpan written = new ByteSpan();

  private final CurrentKey<K> current;
  private TypeSerializer<N> namespaceSerializer;
  private TypeSerializer<V> valueSerializer;
  private @Nullable V defaultValue;
  private @Nullable N namespace;

  /** What the states of one subtask have in common. */
  record Scope<K>(
      CurrentKey<K> current, StoreGate gate, TypeSerializer<K> keySerializer, int keyGroups) {}

  TableState(Scope<K> scope, RegisteredKeyValueStateBackendMetaInfo<N, V> registered) {
    this.scope = scope;
    this.gate = scope.gate();
    this.current = scope.current();
    this.namespaceSerializer = registered.getNamespaceSerializer();
    this.valueSerializer = registered.getStateSerializer();
  }

  /** Takes what a descriptor says, now or again. */
  void describe(
      RegisteredKeyValueStateBackendMetaInfo<N, V> registered, StateDescriptor<?, V> descriptor) {
    namespaceSerializer = registered.getNamespaceSerializer();
    valueSerializer = registered.getStateSerializer();
    defaultValue = descriptor.getDefaultValue();
  }

  @Override
  public final TypeSerializer<K> getKeySerializer() {
    return scope.keySerializer();
  }

  @Override
  public final TypeSerializer<N> getNamespaceSerializer() {
    return namespaceSerializer;
  }

  @Override
  public final TypeSerializer<V> getValueSerializer() {
    return valueSerializer;
  }

  @Override
  public final void setCurrentNamespace(N namespace) {
    if (this.namespace != namespace || !namespaceSerializer.isImmutableType()) {
      this.namespace = namespace;
      composed = false;
    }
  }

  /** Whether the namespace is still the one that {@link CurrentKey} was last given from here. */
  private boolean composed;

  final int keyGroup() {
    return current.keyGroup();
  }

  /** Current key and namespace; good until another state is used. */
  final ByteSpan key() {
    if (composed && current.isFor(this)) {
      return current.composed();
    }
    N namespace = Objects.requireNonNull(this.namespace, "No namespace is set");
    ByteSpan key = current.with(this, namespace, namespaceSerializer);
    composed = true;
    return key;
  }

  /** Makes {@link #written} what is in {@link #out}. */
  final ByteSpan serialized() {
    return written.wrap(out.getSharedBuffer(), 0, out.length());
  }

  /** Makes {@link #in} read what is in {@link #read}. */
  final DataInputDeserializer deserializing() {
    in.setBuffer(read.array(), read.offset(), read.length());
    return in;
  }

  final @Nullable V defaultValue() {
    return defaultValue == null ? null : valueSerializer.copy(defaultValue);
  }

  @Override
  public final byte @Nullable [] getSerializedValue(
      byte[] serializedKeyAndNamespace,
      TypeSerializer<K> safeKeySerializer,
      TypeSerializer<N> safeNamespaceSerializer,
      TypeSerializer<V> safeValueSerializer)
      throws Exception {
    Tuple2<K, N> asked =
        KvStateSerializer.deserializeKeyAndNamespace(
            serializedKeyAndNamespace, safeKeySerializer, safeNamespaceSerializer);
    CurrentKey<K> key = new CurrentKey<>(safeKeySerializer);
    key.set(asked.f0, KeyGroupRangeAssignment.assignToKeyGroup(asked.f0, scope.keyGroups()));
    ByteSpan composed = key.with(this, asked.f1, safeNamespaceSerializer);
    gate.enterReader();
    try {
      return serializedValue(key.keyGroup(), composed, safeValueSerializer);
    } finally {
      gate.exitReader();
    }
  }

  /** What is kept under a key, in the form that clients expect; must use nothing of this object. */
  abstract byte @Nullable [] serializedValue(
      int keyGroup, ByteSpan key, TypeSerializer<V> safeValueSerializer) throws Exception;

  /**
   * None: what has expired goes when files are cleaned, and needs no walk through all keys. Flink
   * takes that for an answer, and looks for nothing at each access then.
   */
  @Override
  public final @Nullable StateIncrementalVisitor<K, N, V> getStateIncrementalVisitor(
      int recommendedMaxNumberOfReturnedRecords) {
    return null;
  }
}
