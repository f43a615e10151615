package io.varve.format;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The file {@code STORE} at the root of a store: that it is one, and of which format version.
 *
 * @param id the store's own id
 * @param createdMs milliseconds since the Unix epoch
 */
public record StoreMarker(UUID id, long createdMs) {

  /** The format version of the whole store that this code writes, and the newest that it reads. */
  public static final int FORMAT_VERSION = 1;

  private static final long MAGIC = Fixed64.magic("VARVESTO");

  public ByteBuffer encode() {
    return Fixed64.finish(
        Fixed64.begin(MAGIC)
            .putInt(12, FORMAT_VERSION)
            .putLong(16, id.getMostSignificantBits())
            .putLong(24, id.getLeastSignificantBits())
            .putLong(32, createdMs));
  }

  public static StoreMarker decode(ByteBuffer bytes, String file) {
    ByteBuffer view = Fixed64.check(bytes, 0, MAGIC, "store marker", file, 0);
    Fixed64.checkVersion(view.getInt(12), FORMAT_VERSION, "a store marker", file, 0);
    return new StoreMarker(new UUID(view.getLong(16), view.getLong(24)), view.getLong(32));
  }
}
