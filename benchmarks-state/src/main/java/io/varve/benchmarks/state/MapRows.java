package io.varve.benchmarks.state;

import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;

/** Small maps from numbers to numbers, and a big one. */
final class MapRows implements Rows {

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    Meter meter = new Meter(turn);
    try (Slot slot = Slot.empty(turn, false)) {
      KeyedStateBackend<Long> backend = slot.backend();
      MapState<Long, Long> state = slot.state(descriptor());
      for (long entry : Order.shuffled(sizes.maps * sizes.mapEntries).all()) {
        backend.setCurrentKey(entry / sizes.mapEntries);
        state.put(entry % sizes.mapEntries, entry);
      }
      Order entries = Order.random(sizes.maps * sizes.mapEntries);
      point(backend, state, meter, entries, sizes.mapEntries);
      Order order = Order.random(sizes.maps);
      iterate(backend, state, meter, order);
      meter.rate(
          "MAP_ADD",
          sizes.keys,
          n -> {
            backend.setCurrentKey(order.at(n));
            state.put(sizes.mapEntries + n, n);
            return n;
          });
    }
    try (Slot slot = Slot.empty(turn, false)) {
      bigMap(slot, meter, sizes.bigMapEntries);
    }
  }

  private static MapStateDescriptor<Long, Long> descriptor() {
    return new MapStateDescriptor<>("map", LongSerializer.INSTANCE, LongSerializer.INSTANCE);
  }

  private static void point(
      KeyedStateBackend<Long> backend,
      MapState<Long, Long> state,
      Meter meter,
      Order entries,
      int mapEntries)
      throws Exception {
    meter.rate(
        "MAP_GET",
        n -> {
          long entry = entries.at(n);
          backend.setCurrentKey(entry / mapEntries);
          return state.get(entry % mapEntries);
        });
    meter.rate(
        "MAP_PUT",
        n -> {
          long entry = entries.at(n);
          backend.setCurrentKey(entry / mapEntries);
          state.put(entry % mapEntries, n);
          return n;
        });
    meter.rate(
        "MAP_CONTAINS",
        n -> {
          long entry = entries.at(n);
          backend.setCurrentKey(entry / mapEntries);
          // Every other one isn't there.
          return state.contains((entry % mapEntries) * 2) ? 1 : 0;
        });
    meter.rate(
        "MAP_IS_EMPTY",
        n -> {
          backend.setCurrentKey(entries.at(n) / mapEntries);
          return state.isEmpty() ? 1 : 0;
        });
  }

  private static void iterate(
      KeyedStateBackend<Long> backend, MapState<Long, Long> state, Meter meter, Order order)
      throws Exception {
    meter.rate(
        "MAP_ITERATOR",
        n -> {
          backend.setCurrentKey(order.at(n));
          long sum = 0;
          for (Iterator<Map.Entry<Long, Long>> each = state.iterator(); each.hasNext(); ) {
            Map.Entry<Long, Long> entry = each.next();
            sum += entry.getKey() ^ entry.getValue();
          }
          return sum;
        });
    meter.rate(
        "MAP_ENTRIES",
        n -> {
          backend.setCurrentKey(order.at(n));
          return sum(state);
        });
    meter.rate(
        "MAP_KEYS",
        n -> {
          backend.setCurrentKey(order.at(n));
          long sum = 0;
          for (Long key : state.keys()) {
            sum += key;
          }
          return sum;
        });
    meter.rate(
        "MAP_VALUES",
        n -> {
          backend.setCurrentKey(order.at(n));
          long sum = 0;
          for (Long value : state.values()) {
            sum += value;
          }
          return sum;
        });
  }

  private static void bigMap(Slot slot, Meter meter, int bigMapEntries) throws Exception {
    slot.backend().setCurrentKey(0L);
    MapState<Long, Long> state = slot.state(descriptor());
    for (long key : Order.shuffled(bigMapEntries).all()) {
      state.put(key, key);
    }
    meter.entriesRate("BIGMAP_ITERATE_ENTRIES", bigMapEntries, n -> sum(state));
  }

  private static long sum(MapState<Long, Long> state) throws Exception {
    long sum = 0;
    for (Map.Entry<Long, Long> entry : state.entries()) {
      sum += entry.getKey() ^ entry.getValue();
    }
    return sum;
  }
}
