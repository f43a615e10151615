package io.varve.flink.state;

import io.varve.state.ValueTable;
import java.util.Collection;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.runtime.state.internal.InternalAggregatingState;

/** An accumulator a key and namespace. */
final class TableAggregatingState<K, N, I, A, O> extends AccumulatingState<K, N, A>
    implements InternalAggregatingState<K, N, I, A, O> {

  private AggregateFunction<I, A, O> function;

  TableAggregatingState(
      VarveKeyedStateBackend<K> backend,
      ValueTable table,
      StateSerializers<N, A> serializers,
      AggregateFunction<I, A, O> function) {
    super(backend, table, serializers);
    this.function = function;
  }

  void update(StateSerializers<N, A> serializers, AggregateFunction<I, A, O> function) {
    update(serializers);
    this.function = function;
  }

  @Override
  public O get() {
    A accumulator = stored();
    return accumulator == null ? null : function.getResult(accumulator);
  }

  @Override
  public void add(I value) {
    A accumulator = stored();
    store(function.add(value, accumulator == null ? function.createAccumulator() : accumulator));
  }

  @Override
  protected A merge(A a, A b) {
    return function.merge(a, b);
  }

  @Override
  public void mergeNamespaces(N target, Collection<N> sources) throws Exception {
    mergeInto(target, sources);
  }
}
