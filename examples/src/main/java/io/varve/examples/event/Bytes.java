package io.varve.examples.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A byte string with value equality.
 *
 * <p>Thread: immutable; the arrays handed in and out are not copied, so neither side may change
 * them.
 */
public final class Bytes {
  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Wraps {@code array}, which must not change from here on. */
  public static Bytes of(byte[] array) {
    return new Bytes(array);
  }

  /** The UTF-8 bytes of {@code text}. */
  public static Bytes utf8(String text) {
    return new Bytes(text.getBytes(UTF_8));
  }

  /** The bytes themselves, not a copy. */
  public byte[] array() {
    return array;
  }

  /** The number of bytes. */
  public int size() {
    return array.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(array, that.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  /** The text where the bytes are printable UTF-8, else {@code 0x…}. */
  @Override
  public String toString() {
    try {
      CharBuffer text = UTF_8.newDecoder().decode(ByteBuffer.wrap(array));
      if (text.chars().noneMatch(Character::isISOControl)) {
        return text.toString();
      }
    } catch (CharacterCodingException e) {
      // Not text: shown as hex below.
    }
    return "0x" + HexFormat.of().formatHex(array);
  }
}
