package io.varve.connect.sink;

import io.varve.connect.common.avro.Utf8;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what stands in a part of a record, whose class is up to the converters: text may come as a
 * string, as its UTF-8 bytes, or, if it has digits only, as an integer.
 */
final class PlainValue {

  private static final int SHOWN_MAX = 80;

  private PlainValue() {}

  /** The bytes of text, of an integer in digits, or as they are. */
  static byte[] bytes(Object value) {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(buffer.position(), bytes);
      return bytes;
    }
    if (value instanceof String text) {
      return Utf8.encode(text);
    }
    Long number = integer(value);
    if (number != null) {
      return number.toString().getBytes(StandardCharsets.US_ASCII);
    }
    throw mismatch("text, bytes or an integer", value);
  }

  /** Text, or the text that bytes are, without white space around it. */
  static String text(Object value, String expected) {
    if (value instanceof String text) {
      return text.strip();
    }
    if (value instanceof byte[] || value instanceof ByteBuffer) {
      String text = decoded(bytes(value));
      if (text != null) {
        return text.strip();
      }
    }
    throw mismatch(expected, value);
  }

  /** The number that an integer of any size is, or null if it is none. */
  static @Nullable Long integer(Object value) {
    return value instanceof Long
            || value instanceof Integer
            || value instanceof Short
            || value instanceof Byte
        ? (Long) ((Number) value).longValue()
        : null;
  }

  private static @Nullable String decoded(byte[] bytes) {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return text.toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  static DataException mismatch(String expected, Object found) {
    return new DataException("expected " + expected + ", found " + show(found));
  }

  /** A value for messages, with its class where that isn't plain, and never long. */
  static String show(Object value) {
    if (value instanceof String text) {
      return quoted(text);
    }
    if (value instanceof byte[] || value instanceof ByteBuffer) {
      byte[] bytes = bytes(value);
      String text = decoded(bytes);
      if (text != null) {
        return quoted(text) + " (as bytes)";
      }
      String hex = HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(bytes.length, 20)));
      return bytes.length + " bytes " + hex + (bytes.length > 20 ? "…" : "");
    }
    String type = value.getClass().getSimpleName();
    return value instanceof Number || value instanceof Boolean
        ? value + " (" + type + ")"
        : "a " + type;
  }

  private static String quoted(String text) {
    String shown =
        text.length() <= SHOWN_MAX
            ? text
            : text.substring(0, SHOWN_MAX) + "… (" + text.length() + " characters)";
    return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
  }
}
