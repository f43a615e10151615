package io.varve.benchmarks.state;

import java.util.SplittableRandom;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/** Keys in the order in which they are used, from a seed. Made before anything is measured. */
final class Order {

  private static final long SEED = 20_261_128;

  /** A power of two: what is measured goes round and round. */
  private static final int RANDOM_COUNT = 1 << 20;

  private final long[] keys;

  private Order(long[] keys) {
    this.keys = keys;
  }

  /** Keys from 0 until {@code bound}, each as likely as any other. */
  static Order random(int bound) {
    SplittableRandom random = new SplittableRandom(SEED);
    return new Order(random.longs(RANDOM_COUNT, 0, bound).toArray());
  }

  /** Likewise, only keys of those key groups. */
  static Order random(int bound, KeyGroupRange range) {
    SplittableRandom random = new SplittableRandom(SEED);
    long[] keys =
        random
            .longs(0, bound)
            .filter(key -> range.contains(groupOf(key)))
            .limit(RANDOM_COUNT)
            .toArray();
    return new Order(keys);
  }

  /** Every key from 0 until {@code bound} once. */
  static Order shuffled(int bound) {
    SplittableRandom random = new SplittableRandom(SEED + 1);
    long[] keys = new long[bound];
    for (int i = 0; i < bound; i++) {
      int other = random.nextInt(i + 1);
      keys[i] = keys[other];
      keys[other] = i;
    }
    return new Order(keys);
  }

  /** The key of the {@code n}th use; random ones only, any {@code n}. */
  Long at(long n) {
    return keys[(int) n & (RANDOM_COUNT - 1)];
  }

  long[] all() {
    return keys;
  }

  private static int groupOf(long key) {
    return KeyGroupRangeAssignment.assignToKeyGroup(key, Slot.KEY_GROUPS);
  }
}
