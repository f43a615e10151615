package io.varve.integration;

import java.util.BitSet;

/**
 * Counts what is wrong with one partition's events, which should be those numbered from 0, each
 * once, in order.
 *
 * <p>Thread: confined to one.
 */
final class NumberTally {
  private final int partition;
  private final NumberedEvents events;
  private final BitSet seen = new BitSet();
  private int last = -1;
  private int count;
  private int duplicated;
  private int disordered;
  private int differing;

  NumberTally(int partition, NumberedEvents events) {
    this.partition = partition;
    this.events = events;
  }

  void add(byte[] header, long timestampMs, byte[] key, byte[] value) {
    int number = NumberedEvents.number(header);
    count++;
    if (seen.get(number)) {
      duplicated++;
    } else if (number < last) {
      disordered++;
    }
    if (!events.isSame(partition, number, timestampMs, key, value)) {
      differing++;
    }
    seen.set(number);
    last = number;
  }

  /** What was found, of {@code expected} events; two of the same text are equally right. */
  String verdict(int expected) {
    return "partition %d: %d events, %d lost, %d duplicated, %d out of order, %d differing"
        .formatted(
            partition, count, expected - seen.cardinality(), duplicated, disordered, differing);
  }

  /** The verdict when nothing is wrong. */
  static String flawless(int partition, int expected) {
    return "partition %d: %d events, 0 lost, 0 duplicated, 0 out of order, 0 differing"
        .formatted(partition, expected);
  }
}
