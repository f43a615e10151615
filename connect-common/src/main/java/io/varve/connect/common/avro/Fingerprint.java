package io.varve.connect.common.avro;

import java.util.Locale;

/**
 * CRC-64-AVRO, the 64-bit Rabin fingerprint of the Avro specification ("Schema Fingerprints"), of a
 * schema's whole text.
 *
 * <p>Of the whole text, not of its parsing canonical form: that form drops the properties that
 * carry Connect's facts, and two schemas that differ in them must not share a fingerprint.
 */
public final class Fingerprint {
  private static final long EMPTY = 0xc15d213aa4d7a795L;
  private static final long[] TABLE = new long[256];

  static {
    for (int i = 0; i < TABLE.length; i++) {
      long fingerprint = i;
      for (int bit = 0; bit < 8; bit++) {
        fingerprint = (fingerprint >>> 1) ^ (EMPTY & -(fingerprint & 1L));
      }
      TABLE[i] = fingerprint;
    }
  }

  private Fingerprint() {}

  public static long of(byte[] text) {
    long fingerprint = EMPTY;
    for (byte next : text) {
      fingerprint = (fingerprint >>> 8) ^ TABLE[(int) (fingerprint ^ next) & 0xFF];
    }
    return fingerprint;
  }

  /** As messages show it: {@code 0x} and sixteen digits. */
  public static String show(long fingerprint) {
    return String.format(Locale.ROOT, "0x%016x", fingerprint);
  }
}
