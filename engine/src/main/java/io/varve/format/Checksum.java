package io.varve.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C (RFC 3720, Castagnoli polynomial), which the JDK computes with the processor's
 * instruction.
 */
final class Checksum {

  private Checksum() {}

  /** The checksum of {@code length} bytes from the absolute index {@code from}. */
  static int of(ByteBuffer bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(from, length));
    return (int) crc.getValue();
  }
}
