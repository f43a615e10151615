package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import io.varve.state.ValueTable;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.jspecify.annotations.Nullable;

/** State that is one value a key and namespace. Thread: the task's. */
abstract class SingleValue<K, N, V> extends TableState<K, N, V> {

  final ValueTable table;

  SingleValue(
      Scope<K> scope, RegisteredKeyValueStateBackendMetaInfo<N, V> registered, ValueTable table) {
    super(scope, registered);
    this.table = table;
  }

  final @Nullable V load() throws IOException {
    int keyGroup = keyGroup();
    ByteSpan key = key();
    boolean found;
    gate.enter();
    try {
      found = table.get(keyGroup, key, read);
    } finally {
      gate.exit();
    }
    return found ? getValueSerializer().deserialize(deserializing()) : null;
  }

  final void store(V value) throws IOException {
    out.clear();
    getValueSerializer().serialize(value, out);
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

  @Override
  public final void clear() {
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
  final byte @Nullable [] serializedValue(
      int keyGroup, ByteSpan key, TypeSerializer<V> safeValueSerializer) {
    ByteSpan value = new ByteSpan();
    return table.get(keyGroup, key, value) ? value.toArray() : null;
  }
}
