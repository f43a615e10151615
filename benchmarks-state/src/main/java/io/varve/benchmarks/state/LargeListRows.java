package io.varve.benchmarks.state;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;

/** Lists much larger than the managed memory. They grow one element at a time, all of them. */
final class LargeListRows implements Rows {

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    int lists = sizes.largeValues / sizes.largeListLength;
    Order order = Order.random(lists);
    LargePasses passes = new LargePasses(turn);
    try (Slot slot = Slot.empty(turn, false)) {
      KeyedStateBackend<Long> backend = slot.backend();
      ListState<byte[]> state =
          slot.state(new ListStateDescriptor<>("lists", BytePrimitiveArraySerializer.INSTANCE));
      Payload payload = new Payload(sizes.largeValueBytes);
      long[] keys = Order.shuffled(lists).all();
      passes.fill(
          "LIST_APPEND_FILL",
          (long) lists * sizes.largeListLength,
          () -> {
            for (int i = 0; i < sizes.largeListLength; i++) {
              for (long key : keys) {
                backend.setCurrentKey(key);
                state.add(payload.next());
              }
            }
          });
      passes.run(
          "LIST_APPEND_FILL",
          pass ->
              pass.rate(
                  "LIST_GET_ITERATE",
                  n -> {
                    backend.setCurrentKey(order.at(n));
                    long sum = 0;
                    for (byte[] element : state.get()) {
                      sum += element[0];
                    }
                    return sum;
                  }));
    }
  }
}
