package io.varve.dedup;

import io.varve.base.BloomFilter;
import io.varve.base.CorruptionException;
import io.varve.base.FirstFailure;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The row of buckets that are saved: where an id is, how much memory their filters may take, and
 * when each is old.
 *
 * <p>Thread: confined to the window's.
 */
final class SavedBuckets {

  private static final Logger LOG = LoggerFactory.getLogger(SavedBuckets.class);

  private final String name;
  private final DedupSettings settings;
  private final Buckets store;
  private final FirstFailure failure;
  private final DedupCounters counters;

  /** Newest first. */
  private List<Bucket> buckets = new ArrayList<>();

  private boolean warned;

  /**
   * @param name the log's, for messages
   * @param failure is set by what ends the window
   */
  SavedBuckets(
      String name,
      DedupSettings settings,
      Buckets store,
      FirstFailure failure,
      DedupCounters counters) {
    this.name = name;
    this.settings = settings;
    this.store = store;
    this.failure = failure;
    this.counters = counters;
  }

  /**
   * Loads them, with as many filters as there is memory for.
   *
   * @param nextOffset the log's
   * @param time is given the log's time at the end of the newest
   * @return the newest, or null if there is none
   * @throws CorruptionException if they are not of this log as it is now
   */
  @Nullable BucketMeta load(UUID storeId, long nextOffset, LogTime time) throws IOException {
    BucketMeta newest = null;
    for (Buckets.Saved saved : store.load()) {
      BucketMeta meta = saved.meta();
      check(storeId, nextOffset, newest, meta);
      newest = meta;
      buckets.add(Bucket.unfiltered(saved));
      time.restore(meta.timestamps());
    }
    Collections.reverse(buckets);
    long filterBytes = 0;
    for (Bucket bucket : buckets) {
      BucketMeta meta = bucket.meta();
      filterBytes += BloomFilter.bytes(meta.count(), DedupSettings.FILTER_BITS);
      long ids = bucket.read(meta.count() >= 0 && filterBytes <= settings.filterBytesMax());
      if (ids != meta.count()) {
        throw new CorruptionException(
            "of message ids of " + name,
            0,
            meta.count() + " ids in bucket " + meta.number(),
            ids + " ids");
      }
    }
    return newest;
  }

  /** Each bucket goes on where the one before ends, and none is ahead of the log. */
  private void check(UUID storeId, long nextOffset, @Nullable BucketMeta before, BucketMeta meta) {
    if (!meta.storeId().equals(storeId)
        || meta.toOffset() > nextOffset
        || (before != null
            && (meta.fromOffset() != before.toOffset() || meta.number() != before.number() + 1))) {
      throw new CorruptionException(
          "of message ids of " + name,
          0,
          "bucket "
              + (before == null ? "" : before.number() + 1 + " ")
              + "of store "
              + storeId
              + (before == null ? "" : " from offset " + before.toOffset())
              + " and up to "
              + nextOffset
              + " at most",
          "bucket "
              + meta.number()
              + " of store "
              + meta.storeId()
              + " from "
              + meta.fromOffset()
              + " to "
              + meta.toOffset());
    }
  }

  /** Adds the newest. */
  void add(Bucket newest) {
    List<Bucket> more = new ArrayList<>(buckets.size() + 1);
    more.add(newest);
    more.addAll(buckets);
    buckets = more;
  }

  /** How many ids they have. */
  long ids() {
    long ids = 0;
    for (Bucket each : buckets) {
      ids += each.meta().count();
    }
    return ids;
  }

  // ---- looking ----

  /** When the id with this hash was seen first, or -1. If it came again, the last one counts. */
  long find(long high, long low) {
    int firstWord = BloomFilter.firstWord(low);
    int secondWord = BloomFilter.secondWord(low);
    long firstBits = BloomFilter.firstBits(low);
    long secondBits = BloomFilter.secondBits(low);
    List<Bucket> all = buckets;
    for (int i = 0, count = all.size(); i < count; i++) {
      Bucket bucket = all.get(i);
      BloomFilter filter = bucket.filter();
      if (filter == null || filter.mayHave(high, firstWord, firstBits, secondWord, secondBits)) {
        long found = look(bucket, high, low);
        if (found >= 0) {
          return found;
        }
      }
    }
    return -1;
  }

  private long look(Bucket bucket, long high, long low) {
    DedupCounters.count(counters.looks);
    try {
      long found = bucket.saved().find(high, low);
      if (found < 0) {
        DedupCounters.count(counters.falsePositives);
      }
      return found;
    } catch (IOException e) {
      throw failure.set(
          new StoreFailedException("Looking for a message id of " + name + " failed", e));
    } catch (VarveException e) {
      throw failure.set(e);
    }
  }

  // ---- growing old ----

  /** Takes those out of the row all of whose ids are too old. */
  List<Buckets.Saved> takeOld(long nowMs) {
    List<Buckets.Saved> old = new ArrayList<>();
    while (!buckets.isEmpty() && dropAtMs() <= nowMs) {
      old.add(buckets.remove(buckets.size() - 1).saved());
    }
    return old;
  }

  /**
   * The log's time at which the oldest bucket goes: a TTL after the latest of its ids, and a span,
   * by which the log's time may still go back. Ids that were ahead of the log's time when the
   * bucket was closed, and they may be from nowhere, count as far as the log's time has come at the
   * end of a later bucket, when all events that it is the median of came after this one. Until then
   * the bucket stays: about a leap several may be closed while the median is on its way.
   */
  long dropAtMs() {
    int oldest = buckets.size() - 1;
    long events = 0;
    for (int i = oldest - 1; i >= 0; i--) {
      BucketMeta later = buckets.get(i).meta();
      events += later.count();
      if (events >= LogTime.EVENTS) {
        BucketMeta meta = buckets.get(oldest).meta();
        long confirmedMs = later.closedAtMs() + settings.spanMs();
        long latestMs = Math.max(meta.closedAtMs(), Math.min(meta.timeMsMax(), confirmedMs));
        return latestMs + settings.ttlMs() + settings.spanMs();
      }
    }
    return Long.MAX_VALUE;
  }

  // ---- memory ----

  /**
   * Drops filters, those of the oldest first, until all have room.
   *
   * @param idsMax how many ids are saved or about to be, for messages
   * @throws StoreFailedException if not even what must be in memory has
   */
  void keepWithinMemory(long idsMax) {
    Buckets.Usage usage = store.usage();
    long filterBytes = buckets.stream().mapToLong(Bucket::filterBytes).sum();
    for (int i = buckets.size() - 1;
        i >= 0 && filterBytes + usage.indexBytes() > settings.filterBytesMax();
        i--) {
      filterBytes -= buckets.get(i).filterBytes();
      buckets.get(i).dropFilter();
    }
    long unfiltered = buckets.stream().filter(each -> each.filter() == null).count();
    if (unfiltered > 0 && !warned) {
      warned = true;
      LOG.warn(
          "{} has {} message ids within dedup.ttl.ms={}, for whose filters the memory does not"
              + " suffice: the oldest are looked for on disk, which is slow. Expected"
              + " dedup.memory.bytes of about {}",
          name,
          idsMax,
          settings.ttlMs(),
          8 * idsMax);
    }
    if (usage.indexBytes() > settings.filterBytesMax()) {
      throw failure.set(
          new StoreFailedException(
              name
                  + " has "
                  + idsMax
                  + " message ids within dedup.ttl.ms="
                  + settings.ttlMs()
                  + ", too many for dedup.memory.bytes="
                  + settings.memoryBytes()
                  + ": expected "
                  + 8 * idsMax
                  + " bytes, or a shorter time",
              null));
    }
    counters.buckets.setOpaque(buckets.size());
    counters.filterBytes.setOpaque(filterBytes);
    counters.unfiltered.setOpaque(unfiltered);
  }
}
