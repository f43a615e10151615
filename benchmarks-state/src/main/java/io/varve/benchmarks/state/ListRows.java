package io.varve.benchmarks.state;

import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;

/**
 * Small lists of numbers. Reading comes first, while they have the length they were loaded with.
 */
final class ListRows implements Rows {

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    Meter meter = new Meter(turn);
    Order order = Order.random(sizes.keys);
    try (Slot slot = Slot.empty(turn, false)) {
      KeyedStateBackend<Long> backend = slot.backend();
      ListState<Long> state =
          slot.state(new ListStateDescriptor<>("list", LongSerializer.INSTANCE));
      for (long key : Order.shuffled(sizes.keys).all()) {
        backend.setCurrentKey(key);
        state.update(elements(sizes.listLength, key));
      }
      read(backend, state, meter, order);
      write(backend, state, meter, order, sizes);
    }
  }

  private static void read(
      KeyedStateBackend<Long> backend, ListState<Long> state, Meter meter, Order order)
      throws Exception {
    meter.rate(
        "LIST_GET",
        n -> {
          backend.setCurrentKey(order.at(n));
          return state.get().hashCode();
        });
    meter.rate(
        "LIST_GET_AND_ITERATE",
        n -> {
          backend.setCurrentKey(order.at(n));
          long sum = 0;
          for (Long element : state.get()) {
            sum += element;
          }
          return sum;
        });
  }

  private static void write(
      KeyedStateBackend<Long> backend, ListState<Long> state, Meter meter, Order order, Sizes sizes)
      throws Exception {
    meter.rate(
        "LIST_UPDATE",
        n -> {
          backend.setCurrentKey(order.at(n));
          state.update(elements(sizes.listLength, n));
          return n;
        });
    meter.rate(
        "LIST_APPEND",
        sizes.keys / 2,
        n -> {
          backend.setCurrentKey(order.at(n));
          state.add(n);
          return n;
        });
    meter.rate(
        "LIST_ADD_ALL",
        sizes.keys / 2,
        n -> {
          backend.setCurrentKey(order.at(n));
          state.addAll(elements(sizes.listLength, n));
          return n;
        });
    meter.rate(
        "LIST_ADD_NEW_KEY",
        sizes.keys / 2,
        n -> {
          backend.setCurrentKey(sizes.keys + n);
          state.add(n);
          return n;
        });
  }

  private static List<Long> elements(int length, long first) {
    return switch (length) {
      case 1 -> List.of(first);
      case 3 -> List.of(first, first + 1, first + 2);
      default -> LongStream.range(first, first + length).boxed().toList();
    };
  }
}
