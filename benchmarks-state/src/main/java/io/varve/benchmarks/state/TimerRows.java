package io.varve.benchmarks.state;

import static java.util.Objects.requireNonNull;

import java.util.SplittableRandom;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.api.operators.TimerSerializer;

/** Timers of an hour, one for each key, in the queue that the backend makes for them. */
final class TimerRows implements Rows {

  private static final long HOUR_MS = 3_600_000;

  private final long[] timesMs = new SplittableRandom(1).longs(1 << 20, 0, HOUR_MS).toArray();

  @Override
  public void run(Turn turn) throws Exception {
    int keys = turn.sizes().keys;
    Meter meter = new Meter(turn);
    long[] order = Order.shuffled(keys).all();
    try (Slot slot = Slot.empty(turn, false)) {
      CheckpointableKeyedStateBackend<Long> backend = slot.backend();
      KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<Long, VoidNamespace>> queue =
          backend.create(
              "timers",
              new TimerSerializer<>(LongSerializer.INSTANCE, VoidNamespaceSerializer.INSTANCE));
      for (long key : order) {
        add(backend, queue, key);
      }
      meter.rate("TIMER_ADD", keys / 2, n -> add(backend, queue, keys + n));
      // Enough for a warm-up and the measurements, so that no timer is removed twice.
      long share = keys / (turn.sizes().measurements + 1);
      meter.rate(
          "TIMER_REMOVE",
          share,
          n -> {
            Long key = order[(int) n];
            backend.setCurrentKey(key);
            return queue.remove(timer(key)) ? 1 : 0;
          });
      for (long key : order) {
        add(backend, queue, key);
      }
      meter.rate(
          "TIMER_POLL",
          share,
          n -> {
            Long key = requireNonNull(queue.peek()).getKey();
            backend.setCurrentKey(key);
            return requireNonNull(queue.poll()).getTimestamp();
          });
    }
  }

  /** Adding what is there changes nothing. */
  private long add(
      CheckpointableKeyedStateBackend<Long> backend,
      KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<Long, VoidNamespace>> queue,
      Long key) {
    backend.setCurrentKey(key);
    return queue.add(timer(key)) ? 1 : 0;
  }

  private TimerHeapInternalTimer<Long, VoidNamespace> timer(Long key) {
    return new TimerHeapInternalTimer<>(
        timesMs[key.intValue() & (timesMs.length - 1)], key, VoidNamespace.INSTANCE);
  }
}
