package io.varve.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Bytes as text where they are text. */
final class ByteText {

  private static final int HEX_BYTES_MAX = 64;

  private ByteText() {}

  /** The text whose UTF-8 these bytes are, or null if they are none. */
  static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /**
   * The bytes that a user means: those of the text, or what hexadecimal digits behind 0x say.
   *
   * @param what it is for, for the error
   */
  static byte[] parse(String what, String text) {
    if (!text.startsWith("0x")) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return HexFormat.of().parseHex(text.substring(2));
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          what + " " + text + ": expected pairs of hexadecimal digits after 0x");
    }
  }

  /**
   * One readable word or line: text with what would break the line escaped, or hexadecimal digits,
   * shortened where there are many; {@code null} for null.
   */
  static String readable(byte @Nullable [] bytes) {
    if (bytes == null) {
      return "null";
    }
    String text = utf8(bytes);
    return text == null || isBinary(text) ? hex(bytes) : escaped(text);
  }

  private static boolean isBinary(String text) {
    return text.chars().anyMatch(c -> c < 0x20 && c != '\t' && c != '\n' && c != '\r');
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static String hex(byte[] bytes) {
    StringBuilder hex = new StringBuilder("0x");
    for (int i = 0; i < Math.min(bytes.length, HEX_BYTES_MAX); i++) {
      hex.append(String.format("%02x", bytes[i]));
    }
    return bytes.length <= HEX_BYTES_MAX
        ? hex.toString()
        : hex.append("... (").append(bytes.length).append(" bytes)").toString();
  }
}
