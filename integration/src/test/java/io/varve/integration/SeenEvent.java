package io.varve.integration;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * An event as a topic and a store can be compared, byte for byte: short bytes in full, long ones by
 * their length and digest, so that a difference can be read.
 */
record SeenEvent(long timestampMs, String key, String value, List<String> headers) {
  private static final int BYTES_SHOWN_MAX = 64;

  static String shown(byte[] bytes) {
    if (bytes == null) {
      return "null";
    }
    return bytes.length <= BYTES_SHOWN_MAX
        ? "0x" + HexFormat.of().formatHex(bytes)
        : bytes.length + " B, SHA-256 " + HexFormat.of().formatHex(sha256(bytes));
  }

  static String shownHeader(String name, byte[] value) {
    return name + "=" + shown(value);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
