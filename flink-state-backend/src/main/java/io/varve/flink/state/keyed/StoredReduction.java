package io.varve.flink.state.keyed;

import io.varve.state.ValueTable;
import java.io.IOException;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.internal.InternalReducingState;
import org.jspecify.annotations.Nullable;

/** A value that others are reduced into. Thread: the task's. */
final class StoredReduction<K, N, V> extends StoredFold<K, N, V, V, V>
    implements InternalReducingState<K, N, V> {

  private ReduceFunction<V> function;

  StoredReduction(
      Scope<K> scope,
      RegisteredKeyValueStateBackendMetaInfo<N, V> registered,
      ReducingStateDescriptor<V> descriptor,
      ValueTable table) {
    super(scope, registered, table);
    this.function = descriptor.getReduceFunction();
  }

  @Override
  void describe(
      RegisteredKeyValueStateBackendMetaInfo<N, V> registered, StateDescriptor<?, V> descriptor) {
    super.describe(registered, descriptor);
    function = ((ReducingStateDescriptor<V>) descriptor).getReduceFunction();
  }

  @Override
  public @Nullable V get() throws IOException {
    return load();
  }

  @Override
  public void add(V value) throws Exception {
    V before = load();
    updateInternal(before == null ? value : function.reduce(before, value));
  }

  @Override
  V merge(V one, V other) throws Exception {
    return function.reduce(one, other);
  }
}
