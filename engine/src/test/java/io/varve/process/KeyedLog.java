package io.varve.process;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Random;

/** A log that is compacted, of events that every process can make up by their offset. */
final class KeyedLog {

  static final StreamPartition LOG = new StreamPartition("keyed", 1, 0);

  private static final int KEYS = 5000;

  private KeyedLog() {}

  static Event event(long offset) {
    long mixed = mixed(offset);
    byte[] value = new byte[(int) (mixed >>> 40) % 500];
    new Random(offset).nextBytes(value);
    byte[] key = ("key " + key(offset)).getBytes(StandardCharsets.UTF_8);
    return Event.of(offset, offset, key, mixed >>> 61 == 0 ? null : value);
  }

  private static int key(long offset) {
    return (int) Long.remainderUnsigned(mixed(offset), KEYS);
  }

  private static long mixed(long offset) {
    long z = offset * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    return z ^ z >>> 31;
  }

  /**
   * Checks that what is found are the events that were appended, and that of those that are missing
   * a later one has the key.
   *
   * @return the log's next offset
   */
  static long check(Store store) {
    BitSet found = new BitSet();
    try (LogReader all = store.openReader(LOG, ReadRange.all())) {
      long before = -1;
      while (all.next()) {
        long offset = all.event().offset();
        if (offset <= before || !all.event().toEvent().equals(event(offset))) {
          throw new AssertionError("Behind " + before + " found " + all.event().toEvent());
        }
        found.set((int) offset);
        before = offset;
      }
      long next = all.position();
      BitSet keys = new BitSet(KEYS);
      for (long offset = next - 1; offset >= 0; offset--) {
        if (!found.get((int) offset) && !keys.get(key(offset))) {
          throw new AssertionError("The latest event of its key is missing: " + event(offset));
        }
        keys.set(key(offset));
      }
      return next;
    }
  }
}
