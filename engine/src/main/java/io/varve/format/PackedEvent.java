package io.varve.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An event in memory as it stands in a batch, but for offset, timestamp and due time: bytes that
 * are copied from one batch to another without being looked into. At its place in an array stand
 *
 * <pre>
 * i32 flags and shape, as in a batch     i32 bytes of its headers
 * i32 bytes of key and value             i32 bytes of its message id
 * and then these bytes, each as in a batch
 * </pre>
 *
 * <p>An object of this class stands on one event at a time. Thread: confined to one.
 */
public final class PackedEvent {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  static final int FIXED_BYTES = 4 * Integer.BYTES;

  private static final byte[] NOTHING = new byte[FIXED_BYTES];

  private byte[] bytes = NOTHING;
  private int at;

  /** Stands on the event at a place. */
  public PackedEvent at(byte[] array, int place) {
    bytes = array;
    at = place;
    return this;
  }

  /** Stands on none, and keeps no array alive. */
  public void clear() {
    at(NOTHING, 0);
  }

  /** The array that it is in. */
  byte[] bytes() {
    return bytes;
  }

  int flags() {
    return bytes[at] & 0xff;
  }

  int shape() {
    return bytes[at + 1] & 0xff;
  }

  /** Where key and value begin. */
  int start() {
    return at + FIXED_BYTES;
  }

  int keyAndValueBytes() {
    return (int) INT.get(bytes, at + 4);
  }

  int headersBytes() {
    return (int) INT.get(bytes, at + 8);
  }

  int idBytes() {
    return (int) INT.get(bytes, at + 12);
  }

  /** Bytes of key, value, headers and id, with their lengths. */
  int partsBytes() {
    return keyAndValueBytes() + headersBytes() + idBytes();
  }

  static void putFixed(
      byte[] to,
      int at,
      int flags,
      int shape,
      int keyAndValueBytes,
      int headersBytes,
      int idBytes) {
    INT.set(to, at, flags | shape << 8);
    INT.set(to, at + 4, keyAndValueBytes);
    INT.set(to, at + 8, headersBytes);
    INT.set(to, at + 12, idBytes);
  }

  /**
   * The value of the last header of that name; null if there is none, or its value is null.
   *
   * @param name in UTF-8
   */
  public byte @Nullable [] header(byte[] name) {
    byte[] found = null;
    int from = start() + keyAndValueBytes();
    int end = from + headersBytes();
    long next = from;
    while (next < end) {
      // What was read from a batch has been checked; what does not fit was written wrong.
      long nameLength = var((int) next, end);
      int nameAt = behindVar((int) next);
      checkFits(nameLength + nameAt + 1, end);
      int kindAt = (int) (nameAt + nameLength);
      boolean same = Arrays.equals(bytes, nameAt, kindAt, name, 0, name.length);
      next = kindAt + 1L;
      byte[] value = null;
      if ((bytes[kindAt] & BatchBuilder.HEADER_NULL) == 0) {
        long valueLength = var((int) next, end);
        int valueAt = behindVar((int) next);
        next = valueAt + valueLength;
        checkFits(next, end);
        value = same ? Arrays.copyOfRange(bytes, valueAt, (int) next) : null;
      }
      found = same ? value : found;
    }
    return found;
  }

  private static void checkFits(long to, int end) {
    if (to > end || to < 0) {
      throw new IllegalStateException("a header of an event runs past the end of its headers");
    }
  }

  private long var(int from, int end) {
    long value = 0;
    int position = from;
    for (int shift = 0; shift < 35 && position < end; shift += 7) {
      int next = bytes[position++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalStateException("a length in the headers of an event does not end");
  }

  private int behindVar(int from) {
    int position = from;
    while (bytes[position++] < 0) {}
    return position;
  }
}
