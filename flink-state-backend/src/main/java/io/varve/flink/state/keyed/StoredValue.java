package io.varve.flink.state.keyed;

import io.varve.state.ValueTable;
import java.io.IOException;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.internal.InternalValueState;
import org.jspecify.annotations.Nullable;

/** A value. Thread: the task's. */
final class StoredValue<K, N, V> extends SingleValue<K, N, V>
    implements InternalValueState<K, N, V> {

  StoredValue(
      Scope<K> scope, RegisteredKeyValueStateBackendMetaInfo<N, V> registered, ValueTable table) {
    super(scope, registered, table);
  }

  @Override
  public @Nullable V value() throws IOException {
    V value = load();
    return value == null ? defaultValue() : value;
  }

  @Override
  public void update(@Nullable V value) throws IOException {
    if (value == null) {
      clear();
    } else {
      store(value);
    }
  }
}
