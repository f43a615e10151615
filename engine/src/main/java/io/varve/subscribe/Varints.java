package io.varve.subscribe;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Numbers from 0 in as few bytes as they need, seven bits in each, the lowest first. */
final class Varints {

  static final int BYTES_MAX = 9;

  private Varints() {}

  static void put(ByteBuffer to, long value) {
    long left = value;
    while (left >= 0x80) {
      to.put((byte) (left | 0x80));
      left >>>= 7;
    }
    to.put((byte) left);
  }

  /**
   * @throws IllegalArgumentException if there is none
   */
  static long get(ByteBuffer from) {
    long value = 0;
    try {
      for (int shift = 0; shift < 63; shift += 7) {
        byte next = from.get();
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a number that is cut off");
    }
    throw new IllegalArgumentException("a number of more than nine bytes");
  }
}
