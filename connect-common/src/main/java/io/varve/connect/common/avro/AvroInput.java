package io.varve.connect.common.avro;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Avro's binary encoding, read from an array that may hold anything.
 *
 * <p>Every length and count is checked against the bytes left before anything is allocated for it;
 * each failure is a {@link BadValueException} that names the position.
 *
 * <p>Thread: confined.
 */
public final class AvroInput {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private int position;

  /** Reads {@code bytes} from {@code position} to their end; the array is not copied. */
  public AvroInput(byte[] bytes, int position) {
    this.bytes = bytes;
    this.position = position;
  }

  /** Fails unless all bytes were read. */
  public void expectEnd() {
    if (remaining() != 0) {
      throw new BadValueException(
          "expected the value to end at byte " + position + ", found " + remaining() + " more");
    }
  }

  private int remaining() {
    return bytes.length - position;
  }

  boolean readBoolean() {
    expect(1, "a boolean");
    byte value = bytes[position++];
    if (value != 0 && value != 1) {
      throw new BadValueException(
          "expected a boolean (0 or 1) at byte " + (position - 1) + ", found " + value);
    }
    return value == 1;
  }

  /** A zigzag varint. */
  long readLong() {
    long bits = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      expect(1, "an integer");
      byte next = bytes[position++];
      bits |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return (bits >>> 1) ^ -(bits & 1);
      }
    }
    throw new BadValueException(
        "expected an integer of at most 10 bytes before byte " + position + ", found a longer one");
  }

  int readInt() {
    return (int) readLong(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** A zigzag varint within the given bounds, both inclusive. */
  long readLong(long min, long max) {
    long value = readLong();
    if (value < min || value > max) {
      throw new BadValueException(
          "expected an integer from "
              + min
              + " to "
              + max
              + " before byte "
              + position
              + ", found "
              + value);
    }
    return value;
  }

  float readFloat() {
    expect(Integer.BYTES, "a float");
    int bits = (int) INT.get(bytes, position);
    position += Integer.BYTES;
    return Float.intBitsToFloat(bits);
  }

  double readDouble() {
    expect(Long.BYTES, "a double");
    long bits = (long) LONG.get(bytes, position);
    position += Long.BYTES;
    return Double.longBitsToDouble(bits);
  }

  byte[] readBytes() {
    int length = readLength();
    int start = position;
    position += length;
    return Arrays.copyOfRange(bytes, start, position);
  }

  String readString() {
    int length = readLength();
    int start = position;
    position += length;
    return Utf8.decode(bytes, start, length);
  }

  /**
   * The number of elements in the next block of an array or map, 0 at its end. At most as many as
   * bytes are left, since each takes at least one.
   */
  int readBlockCount() {
    long count = readLong();
    if (count < 0) {
      // A block that also says how many bytes it takes, for readers that skip it.
      readLong();
      count = count == Long.MIN_VALUE ? Long.MAX_VALUE : -count;
    }
    if (count > remaining()) {
      throw new BadValueException(
          "expected a block of at most "
              + remaining()
              + " elements at byte "
              + position
              + ", found one of "
              + count);
    }
    return (int) count;
  }

  private int readLength() {
    long length = readLong();
    if (length < 0 || length > remaining()) {
      throw new BadValueException(
          "expected a length of at most "
              + remaining()
              + " before byte "
              + position
              + ", found "
              + length);
    }
    return (int) length;
  }

  private void expect(int length, String what) {
    if (remaining() < length) {
      throw new BadValueException(
          "expected " + what + " at byte " + position + ", found only " + remaining() + " bytes");
    }
  }
}
