package io.varve.benchmarks.lookup;

import io.varve.benchmarks.load.Values;
import java.nio.ByteBuffer;

/**
 * Keys of 16 bytes that are written in no order, a fifth of them twice.
 *
 * @param keys how many there are
 * @param values what they are given
 */
record Load(long keys, Values values) {

  static final int KEY_BYTES = 16;

  /** Odd, so that its multiples go through all numbers. */
  private static final long STRIDE = 0x9e3779b97f4a7c15L;

  /** How many writes there are. */
  long writes() {
    return keys + keys / 5;
  }

  /** The key of a write. */
  byte[] keyOf(long write) {
    return key(write < keys ? write : (write - keys) * 5);
  }

  /** A key that is there, for a number below {@link #keys}; that isn't, for one from there on. */
  byte[] key(long number) {
    return ByteBuffer.allocate(KEY_BYTES).putLong(number * STRIDE).putLong(number).array();
  }

  byte[] value(long write) {
    return values.get(write);
  }
}
