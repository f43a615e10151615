package io.varve.flink.state;

import io.varve.state.ValueTable;
import java.util.Collection;

/** A value a key and namespace that others are merged into. */
abstract class AccumulatingState<K, N, V> extends TableValueState<K, N, V> {

  AccumulatingState(
      VarveKeyedStateBackend<K> backend, ValueTable table, StateSerializers<N, V> serializers) {
    super(backend, table, serializers);
  }

  /** One value in place of two. */
  protected abstract V merge(V a, V b) throws Exception;

  public V getInternal() {
    return stored();
  }

  public void updateInternal(V value) {
    update(value);
  }

  /** Takes the values of the sources away and merges them into the target's. */
  protected final void mergeInto(N target, Collection<N> sources) throws Exception {
    if (sources == null || sources.isEmpty()) {
      return;
    }
    V merged = null;
    int keyGroup = keyGroup();
    for (N source : sources) {
      if (table.get(keyGroup, key(source), found)) {
        V value = deserialize(found);
        table.clear(keyGroup, key(source));
        merged = merged == null ? value : merge(merged, value);
      }
    }
    if (merged == null) {
      return;
    }
    if (table.get(keyGroup, key(target), found)) {
      merged = merge(deserialize(found), merged);
    }
    table.put(keyGroup, key(target), serialize(merged));
  }
}
