package io.varve.query;

import java.nio.charset.StandardCharsets;

/**
 * Reads Avro's binary encoding from an array, without an object for what it reads or passes by.
 * What runs past the end, or is no number, is an {@link UnreadableValueException}.
 *
 * <p>Thread: confined to one.
 */
final class AvroBytes {

  private byte[] bytes = new byte[0];
  private int at;
  private int end;

  // What was read last: where a text or bytes begin, and how many they are.
  private int partAt;
  private int partLength;

  void set(byte[] array, int from, int to) {
    bytes = array;
    at = from;
    end = to;
  }

  int left() {
    return end - at;
  }

  byte[] array() {
    return bytes;
  }

  int partAt() {
    return partAt;
  }

  int partLength() {
    return partLength;
  }

  private UnreadableValueException tooShort() {
    return new UnreadableValueException("it ends within a value of its schema");
  }

  int readByte() throws UnreadableValueException {
    if (at >= end) {
      throw tooShort();
    }
    return bytes[at++];
  }

  long readLong() throws UnreadableValueException {
    long raw = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int next = readByte();
      raw |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return raw >>> 1 ^ -(raw & 1);
      }
    }
    throw new UnreadableValueException("it has a number of more than ten bytes");
  }

  float readFloat() throws UnreadableValueException {
    return Float.intBitsToFloat((int) fixed(4));
  }

  double readDouble() throws UnreadableValueException {
    return Double.longBitsToDouble(fixed(8));
  }

  private long fixed(int count) throws UnreadableValueException {
    skip(count);
    long value = 0;
    for (int i = count; i > 0; i--) {
      value = value << 8 | (bytes[at - 1 - (count - i)] & 0xff);
    }
    return value;
  }

  /** Reads a text or bytes, which {@link #partAt} and {@link #partLength} tell of. */
  void readPart() throws UnreadableValueException {
    readPart(readLong());
  }

  void readPart(long length) throws UnreadableValueException {
    partAt = at;
    skip(length);
    partLength = (int) length;
  }

  /** The part that was read last, as a text. */
  String text() {
    return new String(bytes, partAt, partLength, StandardCharsets.UTF_8);
  }

  void skip(long count) throws UnreadableValueException {
    if (count < 0 || count > end - at) {
      throw tooShort();
    }
    at += (int) count;
  }

  /**
   * The number of items of the next block of an array or a map, 0 behind the last.
   *
   * @param skipping whether the block is to be passed by where it says its length; then 0 counts
   *     only as the end
   */
  long blockCount(boolean skipping) throws UnreadableValueException {
    while (true) {
      long count = readLong();
      if (count >= 0) {
        return count;
      }
      long length = readLong();
      if (!skipping) {
        if (count == Long.MIN_VALUE) {
          throw new UnreadableValueException("it has a block of too many items");
        }
        return -count;
      }
      skip(length);
    }
  }
}
