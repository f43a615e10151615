package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A schema under its fingerprint: magic, CRC32C, version, fingerprint, then the schema's text. */
public final class SchemaFile {

  /** A larger schema is refused. */
  public static final int BYTES_MAX = 1 << 24;

  private static final long MAGIC = Fixed64.magic("VARVESCH");
  private static final int TEXT_AT = 24;

  private SchemaFile() {}

  public static ByteBuffer encode(long fingerprint, byte[] text) {
    ByteBuffer to = ByteBuffer.allocate(TEXT_AT + text.length).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(1).putLong(fingerprint).put(text).flip();
    return to.putInt(8, Checksum.of(to, 12, to.limit() - 12));
  }

  /** The schema's text. */
  public static byte[] decode(ByteBuffer bytes, long fingerprint, String file) {
    ByteBuffer from = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (from.limit() < TEXT_AT || from.getLong(0) != MAGIC) {
      throw new CorruptionException(
          file, 0, "the magic number of a schema file", from.limit() + " other bytes");
    }
    int found = Checksum.of(from, 12, from.limit() - 12);
    if (from.getInt(8) != found) {
      throw new CorruptionException(
          file, 0, "a schema with CRC32C " + Fixed64.hex(from.getInt(8)), Fixed64.hex(found));
    }
    Fixed64.checkVersion(from.getInt(12), 1, "a schema file", file, 0);
    if (from.getLong(16) != fingerprint) {
      throw new CorruptionException(
          file,
          16,
          "the schema with fingerprint " + Long.toHexString(fingerprint),
          "that of " + Long.toHexString(from.getLong(16)));
    }
    byte[] text = new byte[from.limit() - TEXT_AT];
    from.get(TEXT_AT, text);
    return text;
  }
}
