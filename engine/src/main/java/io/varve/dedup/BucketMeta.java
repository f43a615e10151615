package io.varve.dedup;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * What a bucket says of itself: the last record of its file. Described in {@code docs/FORMAT.md}.
 *
 * @param number one more than that of the bucket before
 * @param storeId the store's; ids of another one are other bits
 * @param fromOffset where the bucket before ended
 * @param toOffset it has the ids of all events from there to here
 * @param count how many ids
 * @param timeMsMax the highest time of an id
 * @param closedAtMs the log's time at its end
 * @param timestamps what the log's time goes on from
 */
record BucketMeta(
    long number,
    UUID storeId,
    long fromOffset,
    long toOffset,
    long count,
    long timeMsMax,
    long closedAtMs,
    long[] timestamps) {

  private static final int FORMAT_VERSION = 1;
  private static final int BYTES = 1 + (8 + LogTime.EVENTS) * Long.BYTES;

  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) FORMAT_VERSION);
    bytes.putLong(number);
    bytes.putLong(storeId.getMostSignificantBits()).putLong(storeId.getLeastSignificantBits());
    bytes.putLong(fromOffset).putLong(toOffset).putLong(count);
    bytes.putLong(timeMsMax).putLong(closedAtMs);
    for (long each : timestamps) {
      bytes.putLong(each);
    }
    return bytes.flip();
  }

  /**
   * @param file where it stands, for messages
   */
  static BucketMeta decode(ByteBuffer bytes, String file) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes.hasRemaining() ? bytes.get() : 0;
    if (version > FORMAT_VERSION) {
      throw new FormatTooNewException(file, version, FORMAT_VERSION);
    }
    if (version != FORMAT_VERSION || bytes.remaining() != BYTES - 1) {
      throw new CorruptionException(
          file,
          0,
          "what a bucket says of itself, " + BYTES + " bytes of version " + FORMAT_VERSION,
          bytes.limit() + " bytes of version " + version);
    }
    long number = bytes.getLong();
    UUID storeId = new UUID(bytes.getLong(), bytes.getLong());
    long fromOffset = bytes.getLong();
    long toOffset = bytes.getLong();
    long count = bytes.getLong();
    long timeMsMax = bytes.getLong();
    long closedAtMs = bytes.getLong();
    long[] timestamps = new long[LogTime.EVENTS];
    for (int i = 0; i < timestamps.length; i++) {
      timestamps[i] = bytes.getLong();
    }
    return new BucketMeta(
        number, storeId, fromOffset, toOffset, count, timeMsMax, closedAtMs, timestamps);
  }
}
