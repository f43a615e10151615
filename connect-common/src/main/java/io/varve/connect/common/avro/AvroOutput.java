package io.varve.connect.common.avro;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Avro's binary encoding, written into one array that is kept from value to value.
 *
 * <p>Written here, and not taken from the Avro library, for the same reason as {@link AvroInput}:
 * see the decision on Connect data as Avro. The encoding is that of the Avro specification 1.12,
 * "Binary Encoding".
 *
 * <p>Thread: confined.
 */
public final class AvroOutput {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int INITIAL_BYTES = 512;

  /** A larger array is given back once the large value is out. */
  private static final int KEPT_BYTES_MAX = 1 << 20;

  private static final int VARLONG_BYTES_MAX = 10;

  /** The longest string whose length takes one byte. */
  private static final int SHORT_CHARS_MAX = 63;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private int position;

  /** Forgets what was written. */
  public void reset() {
    position = 0;
    if (buffer.length > KEPT_BYTES_MAX) {
      buffer = new byte[INITIAL_BYTES];
    }
  }

  /** A copy of what was written since the last {@link #reset}. */
  public byte[] toBytes() {
    return Arrays.copyOf(buffer, position);
  }

  void writeByte(int value) {
    reserve(1);
    buffer[position++] = (byte) value;
  }

  void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  /** Zigzag varint, Avro's {@code int} and {@code long} alike. */
  void writeLong(long value) {
    reserve(VARLONG_BYTES_MAX);
    long bits = (value << 1) ^ (value >> 63);
    byte[] target = buffer;
    int at = position;
    while ((bits & ~0x7FL) != 0) {
      target[at++] = (byte) (bits | 0x80);
      bits >>>= 7;
    }
    target[at++] = (byte) bits;
    position = at;
  }

  void writeFloat(float value) {
    reserve(Integer.BYTES);
    INT.set(buffer, position, Float.floatToRawIntBits(value));
    position += Integer.BYTES;
  }

  void writeDouble(double value) {
    writeFixedLong(Double.doubleToRawLongBits(value));
  }

  /** Eight bytes, little-endian. */
  void writeFixedLong(long value) {
    reserve(Long.BYTES);
    LONG.set(buffer, position, value);
    position += Long.BYTES;
  }

  void writeBytes(byte[] value) {
    writeLong(value.length);
    reserve(value.length);
    System.arraycopy(value, 0, buffer, position, value.length);
    position += value.length;
  }

  /** The remaining bytes of {@code value}, whose position stays where it is. */
  void writeBytes(ByteBuffer value) {
    int length = value.remaining();
    writeLong(length);
    reserve(length);
    value.get(value.position(), buffer, position, length);
    position += length;
  }

  void writeString(String value) {
    if (value.length() > SHORT_CHARS_MAX || !tryWriteShortAscii(value)) {
      writeBytes(Utf8.encode(value));
    }
  }

  /** The common case, in one pass and without a copy. */
  private boolean tryWriteShortAscii(String value) {
    int length = value.length();
    reserve(1 + length);
    byte[] target = buffer;
    int at = position + 1;
    for (int i = 0; i < length; i++) {
      char next = value.charAt(i);
      if (next > 0x7F) {
        return false;
      }
      target[at + i] = (byte) next;
    }
    target[position] = (byte) (length << 1);
    position = at + length;
    return true;
  }

  private void reserve(int bytes) {
    if (buffer.length - position < bytes) {
      grow(bytes);
    }
  }

  private void grow(int bytes) {
    long needed = (long) position + bytes;
    if (needed > Integer.MAX_VALUE - 8) {
      throw new BadValueException(
          "expected a value of at most 2 GiB, found one that takes at least " + needed + " bytes");
    }
    long doubled = Math.min(2L * buffer.length, Integer.MAX_VALUE - 8);
    buffer = Arrays.copyOf(buffer, (int) Math.max(doubled, needed));
  }
}
