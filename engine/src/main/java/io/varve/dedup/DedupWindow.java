package io.varve.dedup;

import io.varve.base.BadEventException;
import io.varve.base.BloomFilter;
import io.varve.base.CorruptionException;
import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.event.Encoding;
import io.varve.event.KeyHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The message ids that one log has seen lately, and when each was seen first.
 *
 * <p>An event is a duplicate if its id is there and was seen first less than the TTL before the
 * event's time, which is its timestamp, or the log's time if that is later. Else its id is put in
 * with that time once the log has taken the event. The log's time is the {@linkplain LogTime median
 * of the last timestamps} of stored events: one event with a timestamp from nowhere is judged by it
 * itself, and nothing else is.
 *
 * <p>Ids are forgotten a bucket at a time when the log's time is a TTL past the bucket's.
 *
 * <p>Thread: confined to the log's writer, but for {@link #metrics} and {@link #failure}.
 */
public final class DedupWindow {

  private static final Logger LOG = LoggerFactory.getLogger(DedupWindow.class);

  /**
   * A bucket that is closed because its span is over has at least this part of the ids that it can
   * have; so there are no more than twice as many buckets as are needed.
   */
  private static final int PART_MIN = 16;

  private static final long NOWHERE = -1;

  private final String name;
  private final UUID storeId;
  private final DedupSettings settings;
  private final Buckets store;
  private final KeyHash hash;
  private final FirstFailure failure = new FirstFailure();
  private final LogTime time = new LogTime();
  private final Counters counters = new Counters();

  /** Who saves; while the window is opened its own thread does. */
  private Executor saver = Runnable::run;

  private IdTable open;
  private long openFrom;
  private long openTimeMsMax;
  private long openedAtMs = LogTime.NONE;
  private long covers;
  private long nextNumber;

  /** The table that is full or old, until it is saved. */
  private @Nullable Closing closing;

  /** Newest first. */
  private List<Bucket> buckets = new ArrayList<>();

  /** Ids in buckets, and in the table that is being saved. */
  private long idsSaved;

  private long closingBytes;

  /** The log's time at which the oldest bucket goes. */
  private long dropAtMs = Long.MAX_VALUE;

  /**
   * Once that is durable up to which the log's time came to {@link #dropNowMs}, buckets go: not
   * before, or a crash that takes the events away would leave their ids too old and not there.
   */
  private long dropFromOffset = NOWHERE;

  private long dropNowMs;

  /** For how many events the log's time has been there. */
  private int dropEvents;

  /** An empty table that was used before. */
  private volatile @Nullable IdTable spare;

  // The id that was asked for last.
  private long high;
  private long low;

  private boolean warned;

  /** A table that is being saved. */
  private static final class Closing {
    final IdTable ids;
    final BucketMeta meta;
    final CompletableFuture<Bucket> saved = new CompletableFuture<>();
    boolean begun;

    Closing(IdTable ids, BucketMeta meta) {
      this.ids = ids;
      this.meta = meta;
    }
  }

  /** Written by the window's thread, read by any. */
  private static final class Counters {
    final AtomicLong ids = new AtomicLong();
    final AtomicLong buckets = new AtomicLong();
    final AtomicLong tableBytes = new AtomicLong();
    final AtomicLong filterBytes = new AtomicLong();
    final AtomicLong logTimeMs = new AtomicLong(LogTime.NONE);
    final AtomicLong stored = new AtomicLong();
    final AtomicLong duplicates = new AtomicLong();
    final AtomicLong looks = new AtomicLong();
    final AtomicLong falsePositives = new AtomicLong();
    final AtomicLong unfiltered = new AtomicLong();

    void begin() {
      stored.set(0);
      duplicates.set(0);
      looks.set(0);
      falsePositives.set(0);
    }

    static void count(AtomicLong counter) {
      counter.setOpaque(counter.getPlain() + 1);
    }
  }

  /**
   * @param name the log's, for messages
   */
  public DedupWindow(String name, UUID storeId, DedupSettings settings, Buckets store) {
    this.name = name;
    this.storeId = storeId;
    this.settings = settings;
    this.store = store;
    this.hash = new KeyHash(storeId);
    this.open = new IdTable(settings.slotsMax());
  }

  /**
   * Loads what is saved; to be called first.
   *
   * @param nextOffset the log's
   * @throws CorruptionException if what is saved is not of this log as it is now: throw it away
   *     then
   */
  public void load(long nextOffset) throws IOException {
    long expected = -1;
    long number = -1;
    long filterBytes = 0;
    for (Buckets.Saved saved : store.load()) {
      BucketMeta meta = saved.meta();
      if (!meta.storeId().equals(storeId)
          || meta.toOffset() > nextOffset
          || (expected >= 0 && (meta.fromOffset() != expected || meta.number() != number))) {
        throw new CorruptionException(
            "of message ids of " + name,
            0,
            "bucket "
                + (number < 0 ? "" : number + " ")
                + "of store "
                + storeId
                + (expected < 0 ? "" : " from offset " + expected)
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
      expected = meta.toOffset();
      number = meta.number() + 1;
      buckets.add(Bucket.unfiltered(saved));
      time.restore(meta.timestamps());
    }
    Collections.reverse(buckets);
    for (Bucket bucket : buckets) {
      BucketMeta meta = bucket.meta();
      long bytes = BloomFilter.bytes(meta.count(), DedupSettings.FILTER_BITS);
      filterBytes += bytes;
      long ids = bucket.read(meta.count() >= 0 && filterBytes <= settings.filterBytesMax());
      if (ids != meta.count()) {
        throw new CorruptionException(
            "of message ids of " + name,
            0,
            meta.count() + " ids in bucket " + meta.number(),
            ids + " ids");
      }
    }
    covers = Math.max(0, expected);
    openFrom = covers;
    openedAtMs = time.nowMs();
    nextNumber = Math.max(0, number);
    bucketsChanged();
  }

  /** Goes on at an offset, since no event before it can have an id that still counts. */
  public void beginAt(long offset) {
    if (offset > covers) {
      covers = offset;
      time.reset();
    }
  }

  /** The log's time at its end. */
  public void timeIs(LogTime atEnd) {
    time.restore(atEnd.timestamps());
    counters.logTimeMs.setOpaque(time.nowMs());
  }

  /** From now on buckets are saved by {@code strand}. */
  public void saveOn(Executor strand) {
    saver = strand;
    counters.begin();
  }

  /**
   * Whether an event with this id is a duplicate. If it is not, tell {@link #stored} next, when the
   * log has taken it.
   *
   * @param timestampMs the event's, or one below zero
   * @throws BadEventException if the id is too long
   */
  public boolean seen(byte[] id, int length, long timestampMs) {
    if (length > settings.idBytesMax()) {
      throw new BadEventException(
          name
              + ": a message id of "
              + length
              + " bytes is longer than the "
              + settings.idBytesMax()
              + " that dedup.id.bytes.max allows");
    }
    return known(id, length, timestampMs);
  }

  /** The same for an event that is in the log, whatever its id's length. */
  public boolean known(byte[] id, int length, long timestampMs) {
    failure.check();
    takeSaved();
    hash.of(Encoding.BYTES, id, length);
    high = hash.high();
    low = hash.low();
    long first = find();
    boolean duplicate = first >= 0 && time.of(timestampMs) - first < settings.ttlMs();
    if (duplicate) {
      Counters.count(counters.duplicates);
    }
    return duplicate;
  }

  /** When the id was seen first, or -1. If it came again after its time, the last one counts. */
  private long find() {
    long found = open.find(high, low);
    if (found < 0 && closing != null) {
      found = closing.ids.find(high, low);
    }
    return found >= 0 ? found : findSaved();
  }

  private long findSaved() {
    long id = high;
    int firstWord = BloomFilter.firstWord(low);
    int secondWord = BloomFilter.secondWord(low);
    long firstBits = BloomFilter.firstBits(low);
    long secondBits = BloomFilter.secondBits(low);
    List<Bucket> all = buckets;
    for (int i = 0, count = all.size(); i < count; i++) {
      Bucket bucket = all.get(i);
      BloomFilter filter = bucket.filter();
      if (filter == null || filter.mayHave(id, firstWord, firstBits, secondWord, secondBits)) {
        long found = look(bucket);
        if (found >= 0) {
          return found;
        }
      }
    }
    return -1;
  }

  private long look(Bucket bucket) {
    Counters.count(counters.looks);
    try {
      long found = bucket.saved().find(high, low);
      if (found < 0) {
        Counters.count(counters.falsePositives);
      }
      return found;
    } catch (IOException e) {
      throw failure.set(
          new StoreFailedException("Looking for a message id of " + name + " failed", e));
    } catch (VarveException e) {
      throw failure.set(e);
    }
  }

  /**
   * Whether the next id has room. If not, come again when what was stored is durable and saved.
   *
   * @param durableOffset the log's
   */
  public boolean hasRoom(long durableOffset) {
    durable(durableOffset);
    if (open.isFull()) {
      closeIfDue();
      durable(durableOffset);
    }
    return !open.isFull();
  }

  /** The offset that must be durable before there is room; none if nothing waits for it. */
  public long awaitedOffset() {
    Closing waiting = closing;
    return waiting == null || waiting.begun ? 0 : waiting.meta.toOffset();
  }

  /** Is done when the bucket that is being saved is; at once if there is none. */
  public CompletableFuture<?> saving() {
    Closing waiting = closing;
    return waiting == null || !waiting.begun
        ? CompletableFuture.completedFuture(null)
        : waiting.saved;
  }

  /** Lets what is durable be saved. */
  public void durable(long durableOffset) {
    failure.check();
    takeSaved();
    Closing waiting = closing;
    if (waiting != null && !waiting.begun && durableOffset >= waiting.meta.toOffset()) {
      waiting.begun = true;
      background(() -> save(waiting));
      takeSaved();
    }
    if (dropFromOffset >= 0 && durableOffset >= dropFromOffset) {
      dropFromOffset = NOWHERE;
      drop(dropNowMs);
    }
  }

  private void background(Runnable task) {
    try {
      saver.execute(task);
    } catch (RejectedExecutionException e) {
      throw failure.set(new StoreClosedException("The store of " + name));
    }
  }

  /** In the background. */
  private void save(Closing table) {
    try {
      failure.attempt(
          "Saving message ids of " + name,
          () -> table.saved.complete(Bucket.of(store.save(table.meta, table.ids), table.ids)));
    } catch (RuntimeException | Error e) {
      // Kept, for whoever comes next; nobody is told that it is saved.
      table.saved.completeExceptionally(e);
    }
  }

  /** Puts the bucket that was saved in the table's place. */
  private void takeSaved() {
    Closing waiting = closing;
    if (waiting == null || !waiting.saved.isDone()) {
      return;
    }
    failure.check();
    List<Bucket> more = new ArrayList<>(buckets.size() + 1);
    more.add(waiting.saved.join());
    more.addAll(buckets);
    buckets = more;
    closing = null;
    background(
        () -> {
          waiting.ids.clear();
          spare = waiting.ids;
        });
    bucketsChanged();
  }

  /**
   * The log has taken the event whose id was asked for last.
   *
   * @param offset the event's
   */
  public void stored(long offset, long timestampMs) {
    long timeMs = time.of(timestampMs);
    open.put(high, low, timeMs);
    openTimeMsMax = Math.max(openTimeMsMax, timeMs);
    Counters.count(counters.stored);
    counters.ids.setOpaque(idsSaved + open.count());
    counters.tableBytes.setOpaque(closingBytes + open.bytes());
    storedWithoutId(offset, timestampMs);
  }

  /** The log has taken an event whose id doesn't matter. */
  public void storedWithoutId(long offset, long timestampMs) {
    covers = offset + 1;
    time.add(timestampMs);
    long now = time.nowMs();
    if (openedAtMs < 0) {
      openedAtMs = now;
    }
    counters.logTimeMs.setOpaque(now);
    if (dropFromOffset < 0) {
      noteDrop(now);
    }
    if (open.isFull() || Math.abs(now - openedAtMs) >= settings.spanMs()) {
      closeIfDue();
    }
  }

  /** The log's time must have stayed there: about a leap it may go to and fro. */
  private void noteDrop(long now) {
    if (now < dropAtMs) {
      dropEvents = 0;
    } else {
      dropNowMs = dropEvents == 0 ? now : Math.min(dropNowMs, now);
      dropEvents++;
      if (dropEvents >= LogTime.EVENTS) {
        dropEvents = 0;
        dropFromOffset = covers;
      }
    }
  }

  /** The log goes on at a higher offset. */
  public void skippedTo(long offset) {
    covers = Math.max(covers, offset);
  }

  /** Every event with a lower offset has its id in the window, if it counts. */
  public long covers() {
    return covers;
  }

  private void closeIfDue() {
    if (closing != null) {
      return;
    }
    long passedMs = Math.abs(time.nowMs() - openedAtMs);
    boolean old =
        passedMs >= settings.ttlMs()
            || (passedMs >= settings.spanMs()
                && open.count() >= IdTable.idsMax(settings.slotsMax()) / PART_MIN);
    if (open.isFull() || (old && open.count() > 0)) {
      closeTable();
    } else if (old) {
      openedAtMs = time.nowMs();
    }
  }

  private void closeTable() {
    IdTable ids = open;
    long now = time.nowMs();
    closing =
        new Closing(
            ids,
            new BucketMeta(
                nextNumber++,
                storeId,
                openFrom,
                covers,
                ids.count(),
                openTimeMsMax,
                now,
                time.timestamps()));
    IdTable next = spare;
    spare = null;
    open = next == null ? new IdTable(settings.slotsMax()) : next;
    openFrom = covers;
    openTimeMsMax = 0;
    openedAtMs = now;
    bucketsChanged();
  }

  /** Deletes buckets all of whose ids are too old. */
  private void drop(long nowMs) {
    boolean dropped = false;
    while (!buckets.isEmpty() && dropTimeMs(buckets.size() - 1) <= nowMs) {
      Buckets.Saved last = buckets.remove(buckets.size() - 1).saved();
      dropped = true;
      background(
          () -> {
            try {
              failure.attempt("Dropping old message ids of " + name, () -> store.drop(last));
            } catch (VarveException e) {
              // Kept, for whoever comes next.
            }
          });
    }
    if (dropped) {
      bucketsChanged();
    }
  }

  /**
   * The log's time at which a bucket goes: a TTL after the latest of its ids, and a span, by which
   * the log's time may still go back. Ids that were ahead of the log's time when the bucket was
   * closed, and they may be from nowhere, count as far as the log's time has come at the end of a
   * later bucket, when all events that it is the median of came after this one. Until then the
   * bucket stays: about a leap several may be closed while the median is on its way.
   */
  private long dropTimeMs(int index) {
    BucketMeta meta = buckets.get(index).meta();
    long events = 0;
    for (int i = index - 1; i >= 0; i--) {
      BucketMeta later = buckets.get(i).meta();
      events += later.count();
      if (events >= LogTime.EVENTS) {
        long confirmedMs = later.closedAtMs() + settings.spanMs();
        long latestMs = Math.max(meta.closedAtMs(), Math.min(meta.timeMsMax(), confirmedMs));
        return latestMs + settings.ttlMs() + settings.spanMs();
      }
    }
    return Long.MAX_VALUE;
  }

  private void bucketsChanged() {
    Closing waiting = closing;
    closingBytes = waiting == null ? 0 : waiting.ids.bytes();
    idsSaved = waiting == null ? 0 : waiting.meta.count();
    for (Bucket each : buckets) {
      idsSaved += each.meta().count();
    }
    int last = buckets.size() - 1;
    dropAtMs = last < 0 ? Long.MAX_VALUE : dropTimeMs(last);
    Buckets.Usage usage = store.usage();
    long filterBytes = buckets.stream().mapToLong(Bucket::filterBytes).sum();
    for (int i = last;
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
          idsSaved,
          settings.ttlMs(),
          8 * idsSaved);
    }
    if (usage.indexBytes() > settings.filterBytesMax()) {
      throw failure.set(
          new StoreFailedException(
              name
                  + " has "
                  + idsSaved
                  + " message ids within dedup.ttl.ms="
                  + settings.ttlMs()
                  + ", too many for dedup.memory.bytes="
                  + settings.memoryBytes()
                  + ": expected "
                  + 8 * idsSaved
                  + " bytes, or a shorter time",
              null));
    }
    counters.ids.setOpaque(idsSaved + open.count());
    counters.buckets.setOpaque(buckets.size());
    counters.filterBytes.setOpaque(filterBytes);
    counters.unfiltered.setOpaque(unfiltered);
    counters.tableBytes.setOpaque(closingBytes + open.bytes());
  }

  /**
   * Saves the latest ids too if it would take long to read them from the log. Nothing may be being
   * saved.
   *
   * @param durableOffset the log's
   */
  public void saveRest(long durableOffset) {
    // Nothing may come after it.
    saver = Runnable::run;
    takeSaved();
    if (closing == null
        && durableOffset >= covers
        && open.count() >= IdTable.idsMax(settings.slotsMax()) / PART_MIN) {
      closeTable();
      durable(durableOffset);
    }
  }

  /** What has ended this window, or null. Thread: safe. */
  public @Nullable VarveException failure() {
    return failure.get();
  }

  /**
   * What it holds and has done. Thread: safe.
   *
   * @param readEvents how many events were read to open it
   */
  public DedupMetrics metrics(long readEvents) {
    Buckets.Usage usage = store.usage();
    IdTable unused = spare;
    return new DedupMetrics(
        counters.ids.get(),
        (int) counters.buckets.get(),
        counters.tableBytes.get() + (unused == null ? 0 : unused.bytes()),
        counters.filterBytes.get(),
        usage.indexBytes(),
        usage.cacheBytes(),
        usage.diskBytes(),
        counters.logTimeMs.get(),
        counters.stored.get(),
        counters.duplicates.get(),
        counters.looks.get(),
        counters.falsePositives.get(),
        (int) counters.unfiltered.get(),
        readEvents);
  }
}
