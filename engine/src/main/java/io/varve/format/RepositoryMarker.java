package io.varve.format;

import java.nio.ByteBuffer;

/**
 * The file {@code REPOSITORY} at the root of a backup repository: that it is one, and of which
 * format version.
 *
 * @param createdMs milliseconds since the Unix epoch
 */
public record RepositoryMarker(long createdMs) {

  private static final int FORMAT_VERSION = 1;
  private static final long MAGIC = Fixed64.magic("VARVEREP");

  public ByteBuffer encode() {
    return Fixed64.finish(Fixed64.begin(MAGIC).putInt(12, FORMAT_VERSION).putLong(16, createdMs));
  }

  public static RepositoryMarker decode(ByteBuffer bytes, String file) {
    ByteBuffer view = Fixed64.check(bytes, 0, MAGIC, "repository marker", file, 0);
    Fixed64.checkVersion(view.getInt(12), FORMAT_VERSION, "a repository marker", file, 0);
    return new RepositoryMarker(view.getLong(16));
  }
}
