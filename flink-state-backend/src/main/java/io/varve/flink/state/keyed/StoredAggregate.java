package io.varve.flink.state.keyed;

import io.varve.state.ValueTable;
import java.io.IOException;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.internal.InternalAggregatingState;
import org.jspecify.annotations.Nullable;

/** An accumulator. Thread: the task's. */
final class StoredAggregate<K, N, T, A, R> extends StoredFold<K, N, T, A, R>
    implements InternalAggregatingState<K, N, T, A, R> {

  private AggregateFunction<T, A, R> function;

  StoredAggregate(
      Scope<K> scope,
      RegisteredKeyValueStateBackendMetaInfo<N, A> registered,
      AggregatingStateDescriptor<T, A, R> descriptor,
      ValueTable table) {
    super(scope, registered, table);
    this.function = descriptor.getAggregateFunction();
  }

  @Override
  @SuppressWarnings("unchecked")
  void describe(
      RegisteredKeyValueStateBackendMetaInfo<N, A> registered, StateDescriptor<?, A> descriptor) {
    super.describe(registered, descriptor);
    function = ((AggregatingStateDescriptor<T, A, R>) descriptor).getAggregateFunction();
  }

  @Override
  public @Nullable R get() throws IOException {
    A accumulator = load();
    return accumulator == null ? null : function.getResult(accumulator);
  }

  @Override
  public void add(T value) throws IOException {
    A accumulator = load();
    updateInternal(
        function.add(value, accumulator == null ? function.createAccumulator() : accumulator));
  }

  @Override
  A merge(A one, A other) {
    return function.merge(one, other);
  }
}
