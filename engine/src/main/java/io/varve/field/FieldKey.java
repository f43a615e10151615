package io.varve.field;

import io.varve.format.FieldNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The value of a field as bytes whose order, compared unsigned, is the values' own: first by type,
 * then within it. Integers and floating-point numbers are one type and compare as numbers, so that
 * a stream whose field has become wider is one field still. No key begins with another one, but for
 * texts and bytes so long that they are cut: these count as equal if their beginnings are.
 *
 * <pre>
 * missing, null, other, unreadable: the type's byte alone
 * boolean: 0 or 1
 * number: the nearest double, big-endian, with its sign turned over or, of a negative one, all bits;
 *    then in two bytes what that is less than the number, plus 2^15
 * text: UTF-8, and bytes: 00 becomes 01 01, 01 becomes 01 02; then 00
 * time: seconds since the epoch plus 2^63, then nanoseconds, both big-endian
 * </pre>
 *
 * <p>Thread: confined to one; holds one value at a time, without an object for it.
 */
public final class FieldKey {

  /** The event doesn't have the field. */
  static final byte MISSING = 1;

  static final byte NULL = 2;
  static final byte BOOLEAN = 3;
  static final byte NUMBER = 4;
  static final byte TEXT = 5;
  static final byte BYTES = 6;
  static final byte TIME = 7;

  /** A list, a map, a record. */
  static final byte OTHER = 8;

  /** What the event holds can't be read, so that it may be anything. */
  static final byte UNREADABLE = 9;

  private static final byte END = 0;
  private static final byte ESCAPE = 1;

  private final byte[] bytes = new byte[FieldNode.KEY_BYTES_MAX];
  private int length;

  /** A field that is missing. */
  public FieldKey() {
    missing();
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  /** Whether something is known of the field: that it is missing counts, too. */
  boolean isReadable() {
    return bytes[0] != UNREADABLE;
  }

  private void alone(byte type) {
    bytes[0] = type;
    length = 1;
  }

  public void missing() {
    alone(MISSING);
  }

  /** The field is there and holds null. */
  public void nothing() {
    alone(NULL);
  }

  /** The field holds what is no single value. */
  public void other() {
    alone(OTHER);
  }

  public void unreadable() {
    alone(UNREADABLE);
  }

  public void bool(boolean value) {
    bytes[0] = BOOLEAN;
    bytes[1] = (byte) (value ? 1 : 0);
    length = 2;
  }

  public void number(long value) {
    double nearest = (double) value;
    long rest = nearest == 0x1p63 ? value - Long.MAX_VALUE - 1 : value - (long) nearest;
    number(nearest, (int) rest);
  }

  public void number(double value) {
    // So that the two zeros, of which some comparisons say that they are equal, are.
    number(value == 0 ? 0.0 : value, 0);
  }

  private void number(double nearest, int rest) {
    long bits = Double.doubleToLongBits(nearest);
    bytes[0] = NUMBER;
    putLong(bits ^ ((bits >> 63) | Long.MIN_VALUE), 1);
    int last = rest + (1 << 15);
    bytes[9] = (byte) (last >>> 8);
    bytes[10] = (byte) last;
    length = 11;
  }

  private void putLong(long value, int at) {
    for (int i = 0; i < 8; i++) {
      bytes[at + i] = (byte) (value >>> (56 - 8 * i));
    }
  }

  /** A text in UTF-8, from {@code from} on. */
  public void text(byte[] utf8, int from, int count) {
    escaped(TEXT, utf8, from, count);
  }

  /** A text; a half of a surrogate pair without the other is written as if it were a character. */
  public void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    if (hasHalves(value)) {
      utf8 = withHalves(value);
    }
    text(utf8, 0, utf8.length);
  }

  private static boolean hasHalves(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i))) {
        if (!Character.isHighSurrogate(value.charAt(i))
            || i + 1 == value.length()
            || !Character.isLowSurrogate(value.charAt(i + 1))) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  private static byte[] withHalves(String value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    value
        .codePoints()
        .forEach(
            point -> {
              if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                bytes.write(0xe0 | (point >> 12));
                bytes.write(0x80 | ((point >> 6) & 0x3f));
                bytes.write(0x80 | (point & 0x3f));
              } else {
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }

  public void bytes(byte[] value, int from, int count) {
    escaped(BYTES, value, from, count);
  }

  /** All that is left in {@code value}, which stays as it is. */
  public void bytes(ByteBuffer value) {
    byte[] copy = new byte[value.remaining()];
    value.get(value.position(), copy);
    bytes(copy, 0, copy.length);
  }

  private void escaped(byte type, byte[] value, int from, int count) {
    bytes[0] = type;
    int at = 1;
    for (int i = from; i < from + count; i++) {
      byte next = value[i];
      boolean escape = next == END || next == ESCAPE;
      if (at + (escape ? 2 : 1) > bytes.length) {
        length = at;
        return;
      }
      if (escape) {
        bytes[at++] = ESCAPE;
        next++;
      }
      bytes[at++] = next;
    }
    if (at < bytes.length) {
      bytes[at++] = END;
    }
    length = at;
  }

  public void time(long seconds, int nanos) {
    bytes[0] = TIME;
    putLong(seconds ^ Long.MIN_VALUE, 1);
    for (int i = 0; i < 4; i++) {
      bytes[9 + i] = (byte) (nanos >>> (24 - 8 * i));
    }
    length = 13;
  }

  public void timeMs(long ms) {
    time(Math.floorDiv(ms, 1000), (int) Math.floorMod(ms, 1000L) * 1_000_000);
  }
}
