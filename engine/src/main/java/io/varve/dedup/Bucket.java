package io.varve.dedup;

import io.varve.base.BloomFilter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A saved bucket with its filter.
 *
 * <p>Thread: confined to the window's, once it has it.
 */
final class Bucket {

  private final Buckets.Saved saved;

  /** Null if there is no memory for it. */
  private @Nullable BloomFilter filter;

  private Bucket(Buckets.Saved saved) {
    this.saved = saved;
  }

  /** One of which nothing is read yet. */
  static Bucket unfiltered(Buckets.Saved saved) {
    return new Bucket(saved);
  }

  /** One that was saved from a table. */
  static Bucket of(Buckets.Saved saved, IdTable ids) {
    Bucket bucket = new Bucket(saved);
    BloomFilter filter = BloomFilter.sized(ids.count(), DedupSettings.FILTER_BITS);
    ids.forEach((high, low, timeMs) -> filter.add(high, low));
    bucket.filter = filter;
    return bucket;
  }

  /**
   * Reads all of it.
   *
   * @return how many ids it has
   */
  long read(boolean filtered) throws IOException {
    BloomFilter made =
        filtered ? BloomFilter.sized(meta().count(), DedupSettings.FILTER_BITS) : null;
    long[] count = {0};
    saved.forEach(
        (high, low, timeMs) -> {
          count[0]++;
          if (made != null) {
            made.add(high, low);
          }
        });
    filter = made;
    return count[0];
  }

  BucketMeta meta() {
    return saved.meta();
  }

  Buckets.Saved saved() {
    return saved;
  }

  @Nullable BloomFilter filter() {
    return filter;
  }

  void dropFilter() {
    filter = null;
  }

  long filterBytes() {
    return filter == null ? 0 : filter.bytes();
  }
}
