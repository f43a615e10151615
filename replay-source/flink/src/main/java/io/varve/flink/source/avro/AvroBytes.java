package io.varve.flink.source.avro;

import java.io.IOException;
import java.math.BigInteger;

/**
 * Avro binary, read from an array. A length that runs past the array is an error before anything of
 * that size is made; so are more elements than it may have.
 *
 * <p>Thread: confined to one.
 */
final class AvroBytes {

  /**
   * Elements of no bytes at all, such as nulls, are no more than so many in all of a value: a few
   * bytes could tell of any number of them. Others are no more than the value has bytes.
   */
  private static final int EMPTY_ELEMENTS_MAX = 1 << 20;

  private byte[] bytes = new byte[0];
  private int position;
  private long elementsLeft;

  /** Begins with an array, at {@code from}. */
  void begin(byte[] array, int from) {
    bytes = array;
    position = from;
    elementsLeft = (long) left() + EMPTY_ELEMENTS_MAX;
  }

  int left() {
    return bytes.length - position;
  }

  private int next() throws IOException {
    if (position >= bytes.length) {
      throw new IOException("it ends in the middle of a value, after " + bytes.length + " bytes");
    }
    return bytes[position++];
  }

  boolean readBoolean() throws IOException {
    int value = next();
    if (value != 0 && value != 1) {
      throw new IOException("a boolean is 0 or 1, found " + value + " at byte " + (position - 1));
    }
    return value == 1;
  }

  int readInt() throws IOException {
    long value = readLong();
    if (value != (int) value) {
      throw new IOException("an int is " + value + ", before byte " + position);
    }
    return (int) value;
  }

  long readLong() throws IOException {
    long raw = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int one = next();
      raw |= (long) (one & 0x7f) << shift;
      if (one >= 0) {
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    throw new IOException("a number takes more than ten bytes, before byte " + position);
  }

  float readFloat() throws IOException {
    return Float.intBitsToFloat((int) readFixed(4));
  }

  double readDouble() throws IOException {
    return Double.longBitsToDouble(readFixed(8));
  }

  private long readFixed(int count) throws IOException {
    need(count);
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (bytes[position++] & 0xffL) << (8 * i);
    }
    return value;
  }

  /** A whole number of any size, the highest byte first. */
  BigInteger readUnscaled(int length) throws IOException {
    byte[] value = readBytes(length);
    if (length == 0) {
      throw new IOException("a decimal of no bytes, before byte " + position);
    }
    return new BigInteger(value);
  }

  byte[] readBytes() throws IOException {
    return readBytes(readLength());
  }

  byte[] readBytes(int length) throws IOException {
    need(length);
    byte[] value = new byte[length];
    System.arraycopy(bytes, position, value, 0, length);
    position += length;
    return value;
  }

  void skipBytes(int length) throws IOException {
    need(length);
    position += length;
  }

  /** How long what follows is. */
  int readLength() throws IOException {
    long length = readLong();
    if (length < 0 || length > left()) {
      throw new IOException(
          "a length is "
              + length
              + " where "
              + left()
              + " bytes are left, before byte "
              + position);
    }
    return (int) length;
  }

  /**
   * How many elements the next block of an array or map has; 0 at its end.
   *
   * @param elementBytesMin the fewest bytes of one
   */
  int readBlock(int elementBytesMin) throws IOException {
    long count = readLong();
    if (count < 0) {
      count = -count;
      // The block's size in bytes, for those who skip it.
      readLong();
    }
    if (count < 0
        || (elementBytesMin > 0 && count > left() / elementBytesMin)
        || count > elementsLeft) {
      throw new IOException(
          "a block has "
              + count
              + " elements in "
              + left()
              + " bytes, where no more than "
              + elementsLeft
              + " may come, before byte "
              + position);
    }
    elementsLeft -= count;
    return (int) count;
  }

  private void need(int count) throws IOException {
    if (count > left()) {
      throw new IOException(
          count + " bytes were to come and " + left() + " are left, at byte " + position);
    }
  }
}
