package io.varve.benchmarks.state;

import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;

/** Maps much larger than the managed memory. */
final class LargeMapRows implements Rows {

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    int each = sizes.largeMapEntries;
    int maps = sizes.largeValues / each;
    LargePasses passes = new LargePasses(turn);
    try (Slot slot = Slot.empty(turn, false)) {
      KeyedStateBackend<Long> backend = slot.backend();
      MapState<Long, byte[]> state =
          slot.state(
              new MapStateDescriptor<>(
                  "maps", LongSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE));
      Payload payload = new Payload(sizes.largeValueBytes);
      long[] all = Order.shuffled(maps * each).all();
      passes.fill(
          "MAP_FILL",
          all.length,
          () -> {
            for (long entry : all) {
              backend.setCurrentKey(entry / each);
              state.put(entry % each, payload.next());
            }
          });
      Order entries = Order.random(maps * each);
      passes.run("MAP_FILL", pass -> rows(pass, backend, state, payload, entries, each));
    }
  }

  private static void rows(
      LargePasses pass,
      KeyedStateBackend<Long> backend,
      MapState<Long, byte[]> state,
      Payload payload,
      Order entries,
      int each)
      throws Exception {
    pass.rate(
        "MAP_GET",
        n -> {
          long entry = entries.at(n);
          backend.setCurrentKey(entry / each);
          return state.get(entry % each)[0];
        });
    pass.rate(
        "MAP_PUT",
        n -> {
          long entry = entries.at(n);
          backend.setCurrentKey(entry / each);
          state.put(entry % each, payload.next());
          return n;
        });
    pass.rate(
        "MAP_ITERATE",
        n -> {
          backend.setCurrentKey(entries.at(n) / each);
          long sum = 0;
          for (Map.Entry<Long, byte[]> entry : state.entries()) {
            sum += entry.getKey() + entry.getValue()[0];
          }
          return sum;
        });
  }
}
