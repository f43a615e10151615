package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a reader still needs: every segment that holds {@code fromOffset} or a higher offset. 64
 * bytes at the start of a file under {@code readers/}, overwritten in place as the reader moves on.
 */
public record ReaderLease(long fromOffset) {

  private static final long MAGIC = Fixed64.magic("VARVERDR");

  public ByteBuffer encode() {
    return Fixed64.finish(Fixed64.begin(MAGIC).putInt(12, 1).putLong(16, fromOffset));
  }

  /** The lease in a file, or null if it is being overwritten just now. */
  public static @Nullable ReaderLease decode(ByteBuffer bytes, String file) {
    try {
      return new ReaderLease(Fixed64.check(bytes, 0, MAGIC, "reader lease", file, 0).getLong(16));
    } catch (CorruptionException e) {
      return null;
    }
  }
}
