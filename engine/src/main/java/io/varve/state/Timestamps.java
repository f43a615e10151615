package io.varve.state;

import io.varve.base.CorruptionException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The timestamps of one table's values in a file: the newest one, and a sample of all. What is
 * known of values that were dead already when the file was written counts too.
 *
 * <p>Thread: immutable.
 *
 * @param table the table's number in the file
 * @param timestampAt where in the values these timestamps stood
 * @param newest no value in the file has a later one; {@link Expiry#NO_TIMESTAMP} if any has none
 * @param bytes of the records that have timestamps
 * @param sample in ascending order
 */
record Timestamps(int table, int timestampAt, long newest, long bytes, long[] sample) {

  static final int SAMPLE_MAX = 32;

  /** What a table takes in a footer beside its sample. */
  private static final int HEAD_BYTES = 22;

  /** Whether all have expired. */
  boolean isAllExpired(Expiry expiry, long nowMs) {
    return expiry.timestampAt() == timestampAt && expiry.isExpired(newest, nowMs);
  }

  /** About how many of the bytes have expired: all of them only if that is certain. */
  long expiredBytes(Expiry expiry, long nowMs) {
    if (expiry.timestampAt() != timestampAt) {
      return 0;
    }
    if (expiry.isExpired(newest, nowMs)) {
      return bytes;
    }
    int expired = 0;
    while (expired < sample.length && expiry.isExpired(sample[expired], nowMs)) {
      expired++;
    }
    return bytes / (sample.length + 1) * expired;
  }

  // ---- in a footer: u16 tables; for each: u16 table, u16 place in values, i64 newest, i64 bytes,
  // u16 samples, for each i64. Nothing if there are no tables.

  /** Bytes that they take in a footer. */
  static int bytes(List<Timestamps> all) {
    int bytes = all.isEmpty() ? 0 : Short.BYTES;
    for (Timestamps one : all) {
      bytes += HEAD_BYTES + Long.BYTES * one.sample().length;
    }
    return bytes;
  }

  static void write(ByteBuffer out, List<Timestamps> all) {
    if (all.isEmpty()) {
      return;
    }
    out.putShort((short) all.size());
    for (Timestamps one : all) {
      out.putShort((short) one.table());
      out.putShort((short) one.timestampAt());
      out.putLong(one.newest());
      out.putLong(one.bytes());
      out.putShort((short) one.sample().length);
      for (long timestamp : one.sample()) {
        out.putLong(timestamp);
      }
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param position where in the file the footer begins
   * @throws CorruptionException if the footer ends before
   */
  static List<Timestamps> read(ByteBuffer footer, int at, String file, long position) {
    List<Timestamps> all = new ArrayList<>();
    ByteBuffer in = footer.slice(at, footer.capacity() - at).order(ByteOrder.LITTLE_ENDIAN);
    try {
      int count = in.getShort() & 0xffff;
      for (int i = 0; i < count; i++) {
        int table = in.getShort() & 0xffff;
        int timestampAt = in.getShort() & 0xffff;
        long newest = in.getLong();
        long bytes = in.getLong();
        int samples = in.getShort() & 0xffff;
        if (samples * Long.BYTES > in.remaining()) {
          throw new BufferUnderflowException();
        }
        long[] sample = new long[samples];
        for (int k = 0; k < sample.length; k++) {
          sample[k] = in.getLong();
        }
        all.add(new Timestamps(table, timestampAt, newest, bytes, sample));
      }
    } catch (BufferUnderflowException e) {
      throw new CorruptionException(
          file, position + at, "timestamps up to the footer's end", "more than there is room for");
    }
    return all;
  }
}
