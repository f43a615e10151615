package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * The last 64 bytes of a file of field indexes: magic "VARVEFLD", CRC32C of bytes 12 to 63, i32
 * format version, i64 where the footer begins, i32 bytes of the footer, u32 its CRC32C.
 *
 * @param footerAt where the footer begins
 * @param footerBytes its length
 * @param footerCrc its checksum
 */
public record FieldIndexTrailer(long footerAt, int footerBytes, int footerCrc) {

  public static final int BYTES = Fixed64.BYTES;

  private static final long MAGIC = Fixed64.magic("VARVEFLD");
  private static final int FORMAT_VERSION = 1;

  /** The trailer behind a footer that begins at {@code footerAt}. */
  public static FieldIndexTrailer of(ByteBuffer footer, long footerAt) {
    return new FieldIndexTrailer(
        footerAt, footer.remaining(), Checksum.of(footer, footer.position(), footer.remaining()));
  }

  public ByteBuffer encode() {
    ByteBuffer to = Fixed64.begin(MAGIC);
    to.putInt(12, FORMAT_VERSION).putLong(16, footerAt);
    to.putInt(24, footerBytes).putInt(28, footerCrc);
    return Fixed64.finish(to);
  }

  /**
   * Decodes the last bytes of a file.
   *
   * @param at where they begin
   */
  public static FieldIndexTrailer decode(ByteBuffer bytes, String file, long at) {
    ByteBuffer view = Fixed64.check(bytes, 0, MAGIC, "trailer of field indexes", file, at);
    Fixed64.checkVersion(view.getInt(12), FORMAT_VERSION, "field indexes", file, at);
    FieldIndexTrailer trailer =
        new FieldIndexTrailer(view.getLong(16), view.getInt(24), view.getInt(28));
    if (trailer.footerBytes < 0
        || trailer.footerBytes > FieldIndexFooter.BYTES_MAX
        || trailer.footerAt < 0
        || trailer.footerAt + trailer.footerBytes != at) {
      throw new CorruptionException(
          file, at, "a footer that ends at byte " + at, "one from byte " + trailer.footerAt);
    }
    return trailer;
  }

  /** Checks the bytes of the footer. */
  public void check(ByteBuffer footer, String file) {
    int found = Checksum.of(footer, 0, footer.limit());
    if (found != footerCrc) {
      throw new CorruptionException(
          file,
          footerAt,
          "a footer with CRC32C " + Fixed64.hex(footerCrc),
          "CRC32C " + Fixed64.hex(found));
    }
  }
}
