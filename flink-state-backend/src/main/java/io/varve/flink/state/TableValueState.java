package io.varve.flink.state;

import io.varve.state.ByteSpan;
import io.varve.state.ValueTable;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.internal.InternalValueState;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.util.StateMigrationException;

/** A value a key and namespace, in a table of values. */
class TableValueState<K, N, V> extends TableState<K, N, V, ValueTable>
    implements InternalValueState<K, N, V> {

  TableValueState(
      VarveKeyedStateBackend<K> backend, ValueTable table, StateSerializers<N, V> serializers) {
    super(backend, table, serializers);
  }

  @Override
  public V value() {
    V value = stored();
    return value == null ? defaultValue() : value;
  }

  @Override
  public void update(V value) {
    if (value == null) {
      clear();
    } else {
      store(value);
    }
  }

  /** The value of the current key and namespace, or null. */
  protected final V stored() {
    return table.get(keyGroup(), key(), found) ? deserialize(found) : null;
  }

  protected final void store(V value) {
    ByteSpan bytes = serialize(value);
    table.put(keyGroup(), key(), bytes);
  }

  @Override
  protected byte[] serialized(int keyGroup, ByteSpan key, TypeSerializer<V> safeValueSerializer)
      throws IOException {
    ByteSpan target = new ByteSpan();
    return table.get(keyGroup, key, target) ? target.toArray() : null;
  }

  @Override
  void migrate(
      int keyGroup,
      ByteSpan key,
      TtlAwareSerializer<V, ?> before,
      TtlAwareSerializer<V, ?> now,
      TtlTimeProvider time)
      throws StateMigrationException {
    if (!table.get(keyGroup, key, found)) {
      return;
    }
    in.setBuffer(found.array(), found.offset(), found.length());
    out.clear();
    Migration.value(before, now, in, out, time);
    table.put(keyGroup, key, written());
  }
}
