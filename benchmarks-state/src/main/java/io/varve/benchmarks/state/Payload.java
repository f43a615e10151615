package io.varve.benchmarks.state;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Values that don't compress: a record's bytes as a job would have just read them, so a new array
 * each time. Thread: confined to one.
 */
final class Payload {

  /** So that no compression's window holds the same bytes twice. */
  private static final int POOL_BYTES = 16 << 20;

  private static final int STEP = 7919;

  private final byte[] pool = new byte[POOL_BYTES];
  private final int bytes;
  private int position;

  Payload(int bytes) {
    this.bytes = bytes;
    new SplittableRandom(bytes).nextBytes(pool);
  }

  byte[] next() {
    position += bytes + STEP;
    if (position + bytes > POOL_BYTES) {
      position %= STEP;
    }
    byte[] value = Arrays.copyOfRange(pool, position, position + bytes);
    value[0] = (byte) position;
    return value;
  }
}
