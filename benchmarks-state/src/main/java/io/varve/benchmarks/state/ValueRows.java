package io.varve.benchmarks.state;

import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;

/** Small states of one number for each key: value, reducing and aggregating state. */
final class ValueRows implements Rows {

  private static final class Sum implements AggregateFunction<Long, Long, Long> {

    private static final long serialVersionUID = 1;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Long value, Long sum) {
      return sum + value;
    }

    @Override
    public Long getResult(Long sum) {
      return sum;
    }

    @Override
    public Long merge(Long first, Long second) {
      return first + second;
    }
  }

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    Meter meter = new Meter(turn);
    Order order = Order.random(sizes.keys);
    try (Slot slot = Slot.empty(turn, false)) {
      KeyedStateBackend<Long> backend = slot.backend();
      ValueState<Long> state =
          slot.state(new ValueStateDescriptor<>("value", LongSerializer.INSTANCE));
      for (long key : Order.shuffled(sizes.keys).all()) {
        backend.setCurrentKey(key);
        state.update(key);
      }
      meter.rate(
          "VALUE_GET",
          n -> {
            backend.setCurrentKey(order.at(n));
            return state.value();
          });
      meter.rate(
          "VALUE_UPDATE",
          n -> {
            backend.setCurrentKey(order.at(n));
            state.update(n);
            return n;
          });
      meter.rate(
          "VALUE_ADD",
          sizes.keys,
          n -> {
            backend.setCurrentKey(sizes.keys + n);
            state.update(n);
            return n;
          });
    }
    try (Slot slot = Slot.empty(turn, false)) {
      reduce(slot, meter, sizes, order);
    }
    try (Slot slot = Slot.empty(turn, false)) {
      aggregate(slot, meter, sizes, order);
    }
  }

  private static void reduce(Slot slot, Meter meter, Sizes sizes, Order order) throws Exception {
    KeyedStateBackend<Long> backend = slot.backend();
    ReducingState<Long> state =
        slot.state(new ReducingStateDescriptor<>("reducing", Long::sum, LongSerializer.INSTANCE));
    for (long key : Order.shuffled(sizes.keys).all()) {
      backend.setCurrentKey(key);
      state.add(key);
    }
    meter.rate(
        "REDUCE_ADD",
        n -> {
          backend.setCurrentKey(order.at(n));
          state.add(n);
          return n;
        });
  }

  private static void aggregate(Slot slot, Meter meter, Sizes sizes, Order order) throws Exception {
    KeyedStateBackend<Long> backend = slot.backend();
    AggregatingState<Long, Long> state =
        slot.state(
            new AggregatingStateDescriptor<>("aggregating", new Sum(), LongSerializer.INSTANCE));
    for (long key : Order.shuffled(sizes.keys).all()) {
      backend.setCurrentKey(key);
      state.add(key);
    }
    meter.rate(
        "AGG_ADD",
        n -> {
          backend.setCurrentKey(order.at(n));
          state.add(n);
          return n;
        });
  }
}
