package io.varve.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * The values of the events: half of each is random letters and digits, half is the same letter.
 * They come from a pool that is larger than what a codec remembers, and no larger than what a
 * processor keeps at hand.
 *
 * <p>Thread: safe, as long as nobody changes a value.
 */
public final class Values {

  /** The first event's timestamp; each one is a millisecond later than the one before. */
  public static final long FIRST_TIMESTAMP_MS = 1_700_000_000_000L;

  private static final int POOL_BYTES = 512 << 10;

  /** Text, so that a connector that stores lines of text can take part. */
  private static final byte[] ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
          .getBytes(StandardCharsets.US_ASCII);

  private final byte[][] pool;

  public Values(int bytes) {
    Random random = new Random(bytes);
    pool = new byte[Integer.highestOneBit(POOL_BYTES / bytes)][];
    for (int i = 0; i < pool.length; i++) {
      byte[] value = new byte[bytes];
      for (int at = 0; at < bytes / 2; at++) {
        value[at] = ALPHABET[random.nextInt(ALPHABET.length)];
      }
      Arrays.fill(value, bytes / 2, bytes, (byte) 'v');
      pool[i] = value;
    }
  }

  public byte[] get(long event) {
    return pool[(int) event & pool.length - 1];
  }

  public int bytes() {
    return pool[0].length;
  }
}
