package io.varve.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * 128 bits that stand for a key. They depend on a secret, so that nobody who doesn't know it can
 * choose keys whose bits are equal; by chance two keys have equal bits once in 2<sup>128</sup>.
 * Bytes and a text that look the same are two keys.
 *
 * <p>SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012), over eight bytes that tell
 * the key's encoding and then the key.
 *
 * <p>Thread: confined to one.
 */
public final class KeyHash {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long secret0;
  private final long secret1;

  private long v0;
  private long v1;
  private long v2;
  private long v3;
  private long high;
  private long low;

  public KeyHash(UUID secret) {
    this.secret0 = secret.getMostSignificantBits();
    this.secret1 = secret.getLeastSignificantBits();
  }

  /** Hashes the first {@code length} bytes of {@code key}. */
  public void of(Encoding encoding, byte[] key, int length) {
    of(encoding.ordinal(), key, length);
  }

  /** Hashes eight bytes and then the first {@code length} bytes of {@code rest}. */
  public void of(long first, byte[] rest, int length) {
    v0 = secret0 ^ 0x736f6d6570736575L;
    v1 = secret1 ^ 0x646f72616e646f6dL ^ 0xee;
    v2 = secret0 ^ 0x6c7967656e657261L;
    v3 = secret1 ^ 0x7465646279746573L;
    absorb(first);
    int whole = length & ~7;
    for (int at = 0; at < whole; at += Long.BYTES) {
      absorb((long) LONG.get(rest, at));
    }
    long last = (long) (Long.BYTES + length) << 56;
    for (int at = whole; at < length; at++) {
      last |= (rest[at] & 0xffL) << (8 * (at - whole));
    }
    absorb(last);
    v2 ^= 0xee;
    rounds(4);
    high = v0 ^ v1 ^ v2 ^ v3;
    v1 ^= 0xdd;
    rounds(4);
    low = v0 ^ v1 ^ v2 ^ v3;
  }

  private void absorb(long word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }

  /** The first 64 bits of the last key that was hashed. */
  public long high() {
    return high;
  }

  /** The other 64 bits. */
  public long low() {
    return low;
  }
}
