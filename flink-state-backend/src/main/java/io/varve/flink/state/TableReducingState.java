package io.varve.flink.state;

import io.varve.state.ValueTable;
import java.util.Collection;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.runtime.state.internal.InternalReducingState;

/** A value a key and namespace into which others are reduced. */
final class TableReducingState<K, N, V> extends AccumulatingState<K, N, V>
    implements InternalReducingState<K, N, V> {

  private ReduceFunction<V> function;

  TableReducingState(
      VarveKeyedStateBackend<K> backend,
      ValueTable table,
      StateSerializers<N, V> serializers,
      ReduceFunction<V> function) {
    super(backend, table, serializers);
    this.function = function;
  }

  void update(StateSerializers<N, V> serializers, ReduceFunction<V> function) {
    update(serializers);
    this.function = function;
  }

  @Override
  public V get() {
    return stored();
  }

  @Override
  public void add(V value) throws Exception {
    V before = stored();
    store(before == null ? value : function.reduce(before, value));
  }

  @Override
  protected V merge(V a, V b) throws Exception {
    return function.reduce(a, b);
  }

  @Override
  public void mergeNamespaces(N target, Collection<N> sources) throws Exception {
    mergeInto(target, sources);
  }
}
