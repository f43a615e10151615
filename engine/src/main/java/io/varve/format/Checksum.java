package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * CRC32C (RFC 3720, Castagnoli polynomial), which the JDK computes with the processor's
 * instruction.
 */
public final class Checksum {

  private Checksum() {}

  /** The checksum of {@code length} bytes from the absolute index {@code from}. */
  public static int of(ByteBuffer bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(from, length));
    return (int) crc.getValue();
  }

  /**
   * Checks a file that begins with eight bytes of magic, a checksum of byte 12 to its end, and a
   * format version; returns it as a little-endian view that stands behind the version.
   */
  static ByteBuffer whole(ByteBuffer bytes, long magic, int newestKnown, String what, String file) {
    ByteBuffer view = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (view.limit() < 16 || view.getLong(0) != magic) {
      throw new CorruptionException(
          file, 0, "the magic number of a " + what, view.limit() + " other bytes");
    }
    int expected = view.getInt(8);
    int found = of(view, 12, view.limit() - 12);
    if (expected != found) {
      throw new CorruptionException(
          file,
          0,
          "a " + what + " with CRC32C " + Fixed64.hex(expected),
          "CRC32C " + Fixed64.hex(found));
    }
    Fixed64.checkVersion(view.getInt(12), newestKnown, "a " + what, file, 0);
    return view.position(16);
  }
}
