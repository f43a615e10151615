package io.varve.connect.common.avro;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** UTF-8 that never replaces: what cannot be represented is an error, not a question mark. */
public final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /**
   * The UTF-8 bytes of {@code text}; fails on a surrogate without its pair, which UTF-8 cannot
   * hold.
   */
  public static byte[] encode(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    // Both directions run at memory speed in the JDK, a loop over the characters does not.
    if (!new String(bytes, UTF_8).equals(text)) {
      throw new BadValueException(
          "expected text that UTF-8 can hold, found an unpaired surrogate at character "
              + unpairedSurrogate(text));
    }
    return bytes;
  }

  /**
   * The text that {@code length} bytes from {@code start} hold; fails unless they are well-formed
   * UTF-8.
   */
  public static String decode(byte[] bytes, int start, int length) {
    String text = new String(bytes, start, length, UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0 && !isEncoding(text, bytes, start, length)) {
      throw new BadValueException(
          "expected UTF-8 text of " + length + " bytes, found malformed bytes");
    }
    return text;
  }

  private static boolean isEncoding(String text, byte[] bytes, int start, int length) {
    byte[] encoded = text.getBytes(UTF_8);
    return Arrays.equals(encoded, 0, encoded.length, bytes, start, start + length);
  }

  private static int unpairedSurrogate(String text) {
    int index = 0;
    while (index < text.length()) {
      int codePoint = text.codePointAt(index);
      if (codePoint <= Character.MAX_VALUE && Character.isSurrogate((char) codePoint)) {
        return index;
      }
      index += Character.charCount(codePoint);
    }
    return index;
  }
}
