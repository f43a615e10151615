package io.varve.connect.common;

import io.varve.event.Encoding;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key, value or header value as it is stored. The array is not copied; leave it as it is.
 *
 * @param bytes null for a null of that encoding, such as a tombstone
 */
public record EncodedValue(Encoding encoding, byte @Nullable [] bytes) {
  /** Null without a schema. */
  static final EncodedValue NONE = new EncodedValue(Encoding.NONE, null);

  static final EncodedValue NULL_BYTES = new EncodedValue(Encoding.BYTES, null);
  static final EncodedValue NULL_STRING = new EncodedValue(Encoding.STRING, null);

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof EncodedValue other
        && encoding == other.encoding
        && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * encoding.hashCode() + Arrays.hashCode(bytes);
  }
}
