package io.varve.dedup;

import io.varve.base.BadEventException;
import io.varve.base.CorruptionException;
import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.VarveException;
import io.varve.event.Encoding;
import io.varve.event.KeyHash;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

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
  private final SavedBuckets saved;
  private final KeyHash hash;
  private final FirstFailure failure = new FirstFailure();
  private final LogTime time = new LogTime();
  private final DedupCounters counters = new DedupCounters();

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

  /** Ids that are saved, and those in the table that is being saved. */
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

  /**
   * @param name the log's, for messages
   */
  public DedupWindow(String name, UUID storeId, DedupSettings settings, Buckets store) {
    this.name = name;
    this.storeId = storeId;
    this.settings = settings;
    this.store = store;
    this.saved = new SavedBuckets(name, settings, store, failure, counters);
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
    BucketMeta newest = saved.load(storeId, nextOffset, time);
    if (newest != null) {
      covers = newest.toOffset();
      nextNumber = newest.number() + 1;
    }
    openFrom = covers;
    openedAtMs = time.nowMs();
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
      DedupCounters.count(counters.duplicates);
    }
    return duplicate;
  }

  /** When the id was seen first, or -1. If it came again after its time, the last one counts. */
  private long find() {
    long found = open.find(high, low);
    if (found < 0 && closing != null) {
      found = closing.ids.find(high, low);
    }
    return found >= 0 ? found : saved.find(high, low);
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
    saved.add(waiting.saved.join());
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
    DedupCounters.count(counters.stored);
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

  private void drop(long nowMs) {
    List<Buckets.Saved> old = saved.takeOld(nowMs);
    for (Buckets.Saved each : old) {
      background(
          () -> {
            try {
              failure.attempt("Dropping old message ids of " + name, () -> store.drop(each));
            } catch (VarveException e) {
              // Kept, for whoever comes next.
            }
          });
    }
    if (!old.isEmpty()) {
      bucketsChanged();
    }
  }

  private void bucketsChanged() {
    Closing waiting = closing;
    closingBytes = waiting == null ? 0 : waiting.ids.bytes();
    idsSaved = saved.ids() + (waiting == null ? 0 : waiting.meta.count());
    dropAtMs = saved.dropAtMs();
    saved.keepWithinMemory(idsSaved);
    counters.ids.setOpaque(idsSaved + open.count());
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
