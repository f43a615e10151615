package io.varve.field;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Keys from {@code from} up to {@code to}, those that begin with {@code to} included. Ranges are a
 * little too wide rather than too narrow: numbers that are equal as doubles count as equal, and a
 * bound itself is always in.
 *
 * <p>Thread: immutable; arrays are not to be changed.
 */
public record KeyRange(byte[] from, byte[] to) implements Serializable {

  /** Bytes of a number's key without what tells numbers apart that are equal as doubles. */
  private static final int DOUBLE_BYTES = 9;

  /** Where the order of UTF-8 and that of UTF-16, in which Java compares, part. */
  private static final char SURROGATES = '\ud800';

  private static KeyRange all(byte type) {
    byte[] key = {type};
    return new KeyRange(key, key);
  }

  private static byte[] key(Consumer<FieldKey> value) {
    FieldKey key = new FieldKey();
    value.accept(key);
    return key.copy();
  }

  private static byte[] numberKey(Consumer<FieldKey> value) {
    return Arrays.copyOf(key(value), DOUBLE_BYTES);
  }

  private static KeyRange point(byte[] key) {
    return new KeyRange(key, key);
  }

  public static KeyRange missing() {
    return all(FieldKey.MISSING);
  }

  /** Fields that are there, whatever they hold. */
  public static KeyRange present() {
    return new KeyRange(new byte[] {FieldKey.NULL}, new byte[] {FieldKey.OTHER});
  }

  public static KeyRange nothing() {
    return all(FieldKey.NULL);
  }

  /** Fields that are there and do not hold null. */
  public static KeyRange something() {
    return new KeyRange(new byte[] {FieldKey.BOOLEAN}, new byte[] {FieldKey.OTHER});
  }

  /** Lists, maps and records. */
  public static KeyRange others() {
    return all(FieldKey.OTHER);
  }

  public static KeyRange equalTo(boolean value) {
    return point(key(key -> key.bool(value)));
  }

  public static KeyRange equalTo(long value) {
    return point(numberKey(key -> key.number(value)));
  }

  public static KeyRange equalTo(double value) {
    return point(numberKey(key -> key.number(value)));
  }

  public static KeyRange equalTo(String value) {
    return point(key(key -> key.text(value)));
  }

  public static KeyRange equalTo(byte[] value) {
    return point(key(key -> key.bytes(value, 0, value.length)));
  }

  public static KeyRange equalToTime(long seconds, int nanos) {
    return point(key(key -> key.time(seconds, nanos)));
  }

  public static KeyRange booleans() {
    return all(FieldKey.BOOLEAN);
  }

  public static KeyRange numbers() {
    return all(FieldKey.NUMBER);
  }

  public static KeyRange texts() {
    return all(FieldKey.TEXT);
  }

  public static KeyRange byteStrings() {
    return all(FieldKey.BYTES);
  }

  public static KeyRange times() {
    return all(FieldKey.TIME);
  }

  public static KeyRange atMost(long value) {
    return new KeyRange(numbers().from, numberKey(key -> key.number(value)));
  }

  public static KeyRange atMost(double value) {
    return new KeyRange(numbers().from, numberKey(key -> key.number(value)));
  }

  /** With the values that are no numbers: some comparisons take them for larger than all others. */
  public static KeyRange atLeast(long value) {
    return new KeyRange(numberKey(key -> key.number(value)), numbers().to);
  }

  public static KeyRange atLeast(double value) {
    return new KeyRange(numberKey(key -> key.number(value)), numbers().to);
  }

  public static KeyRange atMost(String value) {
    int cut = plainLength(value);
    return new KeyRange(
        texts().from, cut == value.length() ? key(key -> key.text(value)) : beginning(value, cut));
  }

  public static KeyRange atLeast(String value) {
    int cut = plainLength(value);
    return new KeyRange(
        cut == value.length() ? key(key -> key.text(value)) : beginning(value, cut), texts().to);
  }

  /** Texts that begin so. */
  public static KeyRange beginningWith(String value) {
    return point(beginning(value, plainLength(value)));
  }

  public static KeyRange atMostTime(long seconds, int nanos) {
    return new KeyRange(times().from, key(key -> key.time(seconds, nanos)));
  }

  public static KeyRange atLeastTime(long seconds, int nanos) {
    return new KeyRange(key(key -> key.time(seconds, nanos)), times().to);
  }

  private static int plainLength(String value) {
    int at = 0;
    while (at < value.length() && value.charAt(at) < SURROGATES) {
      at++;
    }
    return at;
  }

  /** What the keys of all texts with that beginning begin with. */
  private static byte[] beginning(String value, int length) {
    FieldKey key = new FieldKey();
    key.text(value.substring(0, length));
    int end = key.length();
    // A text that was cut has no end mark.
    return Arrays.copyOf(key.bytes(), key.bytes()[end - 1] == 0 ? end - 1 : end);
  }

  /** Whether a whole key lies in it. */
  boolean holds(byte[] key, int length) {
    return Arrays.compareUnsigned(key, 0, length, from, 0, from.length) >= 0
        && !isBehind(key, length);
  }

  /** Whether a key that begins so may lie in it. */
  boolean mayHold(byte[] beginning, int length) {
    return !isBefore(beginning, length) && !isBehind(beginning, length);
  }

  /** Whether every key that begins so lies before it. */
  boolean isBefore(byte[] beginning, int length) {
    int most = Math.min(length, from.length);
    return Arrays.compareUnsigned(beginning, 0, most, from, 0, most) < 0;
  }

  /** Whether every key that begins so, and every higher one, lies behind it. */
  boolean isBehind(byte[] beginning, int length) {
    int most = Math.min(length, to.length);
    return Arrays.compareUnsigned(beginning, 0, most, to, 0, most) > 0;
  }
}
