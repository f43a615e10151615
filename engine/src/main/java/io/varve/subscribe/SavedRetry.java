package io.varve.subscribe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is kept of an event whose delivery has failed.
 *
 * @param tries how often it has, from 1
 * @param atMs when it may be tried again, milliseconds since the Unix epoch
 * @param delayMs how long that was from when it failed: a clock that went back makes it no longer
 * @param reason why it failed; as much of it as goes into 1 KiB
 */
public record SavedRetry(int tries, long atMs, long delayMs, String reason) {

  private static final int REASON_BYTES_MAX = 1024;

  /** As much of a reason as is kept. */
  static String bounded(String reason) {
    byte[] bytes = reason.getBytes(UTF_8);
    if (bytes.length <= REASON_BYTES_MAX) {
      return reason;
    }
    int end = REASON_BYTES_MAX;
    while ((bytes[end] & 0xc0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, UTF_8);
  }

  byte[] encode() {
    byte[] text = bounded(reason).getBytes(UTF_8);
    ByteBuffer to = ByteBuffer.allocate(3 * Varints.BYTES_MAX + text.length);
    Varints.put(to, tries);
    Varints.put(to, Math.max(0, atMs));
    Varints.put(to, delayMs);
    to.put(text);
    return Arrays.copyOf(to.array(), to.position());
  }

  static SavedRetry decode(byte[] value) {
    ByteBuffer from = ByteBuffer.wrap(value);
    long tries = Varints.get(from);
    long atMs = Varints.get(from);
    long delayMs = Varints.get(from);
    if (tries < 1 || tries > Integer.MAX_VALUE || from.remaining() > REASON_BYTES_MAX) {
      throw new IllegalArgumentException(tries + " tries, a reason of " + from.remaining());
    }
    return new SavedRetry(
        (int) tries, atMs, delayMs, new String(value, from.position(), from.remaining(), UTF_8));
  }
}
