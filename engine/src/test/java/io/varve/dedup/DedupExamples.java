package io.varve.dedup;

import java.nio.ByteBuffer;
import java.util.UUID;

/** Records of a bucket with two ids, for the page that describes them. */
public final class DedupExamples {

  private DedupExamples() {}

  /** A page with the ids whose halves are 1 and 2, seen at a time, and 1 and 3, 258 ms later. */
  public static byte[] page(long timeMs) {
    long[] ids = {1, 2, timeMs, 1, 3, timeMs + 258};
    return bytes(IdPage.encode(ids, 2, IdPage.pageBits(2), ByteBuffer.allocateDirect(64)));
  }

  /** What the bucket says of itself, closed after two events. */
  public static byte[] meta(UUID storeId, long timeMs) {
    long[] timestamps = new long[LogTime.EVENTS];
    timestamps[0] = timeMs;
    timestamps[1] = timeMs + 258;
    return bytes(
        new BucketMeta(1, storeId, 0, 2, 2, timeMs + 258, timeMs + 258, timestamps).encode());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.limit()];
    buffer.get(0, bytes);
    return bytes;
  }
}
