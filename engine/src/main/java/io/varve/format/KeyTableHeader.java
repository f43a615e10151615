package io.varve.format;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What a saved table of keys and offsets begins with. Behind it stand its chunks: a checksum, a
 * count, and as many slots of 16 bytes.
 *
 * <pre>
 *  0 8 bytes magic "VARVEKEY"     24 i64 epoch
 *  8 u32 CRC32C of 12..63         32 i64 keys
 * 12 i32 format version           40 16 bytes id of the store
 * 16 i64 nextOffset               56 i64 0
 * </pre>
 *
 * @param nextOffset it covers all events with lower offsets
 * @param epoch the log's when it was saved
 * @param keys how many there are
 * @param storeId the id of the store, which is also the secret of the keys' hashes
 */
public record KeyTableHeader(long nextOffset, long epoch, long keys, UUID storeId) {

  /** Length on disk. */
  public static final int BYTES = Fixed64.BYTES;

  private static final int FORMAT_VERSION = 1;
  private static final long MAGIC = Fixed64.magic("VARVEKEY");

  public ByteBuffer encode() {
    return Fixed64.finish(
        Fixed64.begin(MAGIC)
            .putInt(12, FORMAT_VERSION)
            .putLong(16, nextOffset)
            .putLong(24, epoch)
            .putLong(32, keys)
            .putLong(40, storeId.getMostSignificantBits())
            .putLong(48, storeId.getLeastSignificantBits()));
  }

  public static KeyTableHeader decode(ByteBuffer bytes, String file) {
    ByteBuffer view = Fixed64.check(bytes, 0, MAGIC, "table of keys", file, 0);
    Fixed64.checkVersion(view.getInt(12), FORMAT_VERSION, "a table of keys", file, 0);
    return new KeyTableHeader(
        view.getLong(16),
        view.getLong(24),
        view.getLong(32),
        new UUID(view.getLong(40), view.getLong(48)));
  }
}
