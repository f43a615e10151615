package io.varve.state;

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
}
