package io.varve.format;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the 64-byte structures share: eight bytes of magic, a CRC32C of bytes 12 to 63, and the
 * structure's own fields from byte 12 on.
 */
public final class Fixed64 {

  public static final int BYTES = 64;

  private static final int CRC_AT = 8;
  private static final int CRC_FROM = 12;

  private Fixed64() {}

  /** Eight ASCII characters as the long that little-endian writing turns back into them. */
  public static long magic(String text) {
    long magic = 0;
    for (int i = 7; i >= 0; i--) {
      magic = magic << 8 | text.charAt(i);
    }
    return magic;
  }

  /** A fresh buffer with the magic in place; fields go in from byte 12. */
  public static ByteBuffer begin(long magic) {
    return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, magic);
  }

  /** Puts the checksum in. */
  public static ByteBuffer finish(ByteBuffer bytes) {
    return bytes.putInt(CRC_AT, Checksum.of(bytes, CRC_FROM, BYTES - CRC_FROM)).position(0);
  }

  /**
   * Checks magic and checksum of the 64 bytes at {@code at} and returns them as a view of their
   * own.
   */
  public static ByteBuffer check(
      ByteBuffer bytes, int at, long magic, String what, String file, long position) {
    if (bytes.limit() - at < BYTES) {
      throw new CorruptionException(
          file, position, "a " + what + " of 64 bytes", (bytes.limit() - at) + " bytes");
    }
    ByteBuffer view = bytes.slice(at, BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (view.getLong(0) != magic) {
      throw new CorruptionException(
          file,
          position,
          "the magic number of a " + what,
          "0x" + Long.toHexString(view.getLong(0)));
    }
    int expected = view.getInt(CRC_AT);
    int found = Checksum.of(view, CRC_FROM, BYTES - CRC_FROM);
    if (expected != found) {
      throw new CorruptionException(
          file, position, what + " with CRC32C " + hex(expected), "CRC32C " + hex(found));
    }
    return view;
  }

  /** Refuses a format version that this code does not know. */
  public static void checkVersion(
      int version, int newestKnown, String what, String file, long position) {
    if (version > newestKnown) {
      throw new FormatTooNewException(file, version, newestKnown);
    }
    if (version < 1) {
      throw new CorruptionException(
          file, position, what + " with a format version from 1", "version " + version);
    }
  }

  public static String hex(int value) {
    return String.format("0x%08x", value);
  }
}
