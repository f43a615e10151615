package io.varve.delay;

import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.format.EntryBlock;
import io.varve.format.Progress;
import io.varve.format.TimerState;
import io.varve.io.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timers of one log that have been neither released nor cancelled. A timer is known by its due
 * time and the offset of its event; it may have an id, of which the latest timer counts.
 *
 * <p>Timers before a certain place, the <em>horizon</em>, are in a timing wheel; those behind it in
 * a buffer, and from there in sorted files. When few are left in the wheel, the next ones are
 * loaded and the horizon moves on. So memory depends on what is due next, however many are pending
 * and however far away; also if all are due at the same moment.
 *
 * <p>All of it is a function of the log below {@link Progress#nextOffset} and of how far timers
 * were released. {@link #save} keeps it in files; what came later is taken in from the log again.
 *
 * <p>Thread: confined to one.
 */
public final class PendingTimers implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(PendingTimers.class);

  private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final TimerFolder folder;
  private final TimerMemory memory;
  private final Runs timers;
  private final Runs ids;

  // What is not in a run yet.
  private final EntryBuffer far = new EntryBuffer();
  private final EntryTable newIds = new EntryTable();

  private TimingWheel near;
  private final int tickMs;

  /** Offsets of timers in the wheel that have been cancelled, with their due times. */
  private EntryTable cancelled = new EntryTable();

  /** Timers before this place are in the wheel, all others in the buffer and the runs. */
  private Place horizon;

  private Progress progress;

  /** How far timers had been released when this was opened. */
  private Progress released = Progress.NONE;

  /** Timers in the wheel that were taken in since then are in no run. */
  private Progress savedProgress = Progress.NONE;

  private long savedNanos;

  /** Timers that were taken ahead; few batches. */
  private final List<Batch> batches = new ArrayList<>();

  // The wheel's first timer, if it has been looked at.
  private boolean wheelHas;
  private long wheelDueMs;
  private long wheelOffset;

  private long pending;
  private @Nullable Batch batch;
  private int index;
  private long dueMs;
  private long offset;
  private long unsaved;
  private final EntryBuffer found = new EntryBuffer();

  private PendingTimers(
      TimerFolder folder,
      TimerMemory memory,
      Runs timers,
      Runs ids,
      Progress progress,
      int tickMs,
      long nowMs) {
    this.folder = folder;
    this.memory = memory;
    this.timers = timers;
    this.ids = ids;
    this.progress = progress;
    this.tickMs = tickMs;
    this.near = new TimingWheel(nowMs, tickMs);
    this.horizon = Place.END;
  }

  /**
   * Opens what was saved, and deletes what is of no use. What was saved and is damaged is told in a
   * warning; the log is read again then.
   *
   * @param files the folder for the files; made if need be
   * @param storeId the id of the store
   * @param epoch higher than that of any who had the folder before
   * @param released how far timers were released, by the last event of the ready log; null if that
   *     log has no event any more
   * @param readyNextOffset that log's
   * @param tickMs of the wheel, 1 to 1,000
   * @param nowMs the time
   * @param background where files are merged
   */
  public static PendingTimers open(
      Directory files,
      UUID storeId,
      long epoch,
      @Nullable Progress released,
      long readyNextOffset,
      TimerMemory memory,
      int tickMs,
      long nowMs,
      Executor background)
      throws IOException {
    files.create();
    TimerFolder folder = new TimerFolder(files, storeId, epoch);
    Progress known = readyNextOffset == 0 ? Progress.NONE : released;
    for (TimerState state : folder.states()) {
      if (known == null && state.readyNextOffset() == readyNextOffset) {
        known = state.released();
      }
      if (known != null && isSound(state, known, readyNextOffset)) {
        Progress later = state.readyNextOffset() == readyNextOffset ? state.released() : known;
        PendingTimers opened = open(folder, state, later, memory, tickMs, nowMs, background);
        if (opened != null) {
          return opened;
        }
      }
    }
    if (known == null) {
      throw new StoreFailedException(
          "Nothing tells any more which timers have been released: the ready log has no event left"
              + " before its offset "
              + readyNextOffset
              + ", and none of the states saved in "
              + files.path()
              + " was saved at that offset. Take the ready log's folder away to begin anew: all"
              + " timers of the log are released again then",
          null);
    }
    folder.sweep(null);
    Progress none = new Progress(0, known.dueMs(), known.offset());
    PendingTimers anew =
        new PendingTimers(
            folder,
            memory,
            new Runs(files, folder::nextTimers, false, background),
            new Runs(files, folder::nextIds, true, background),
            none,
            tickMs,
            nowMs);
    anew.released = known;
    return anew;
  }

  /**
   * Whether a state was saved by who released timers at that time: what was released later had been
   * taken in later. One who was fenced, and did not know, may have taken in more.
   */
  private static boolean isSound(TimerState state, Progress released, long readyNextOffset) {
    return state.readyNextOffset() == readyNextOffset
        || (state.readyNextOffset() < readyNextOffset
            && state.nextOffset() <= released.nextOffset());
  }

  /**
   * Opens a saved state; null if it is damaged.
   *
   * @param later how far timers were released in the end
   */
  private static @Nullable PendingTimers open(
      TimerFolder folder,
      TimerState state,
      Progress later,
      TimerMemory memory,
      int tickMs,
      long nowMs,
      Executor background)
      throws IOException {
    Runs timers = new Runs(folder.directory(), folder::nextTimers, false, background);
    Runs ids = new Runs(folder.directory(), folder::nextIds, true, background);
    PendingTimers opened = null;
    try {
      for (String name : state.timers()) {
        timers.open(name);
      }
      for (String name : state.ids()) {
        ids.open(name);
      }
      folder.sweep(state);
      // Taking in goes on from what was saved.
      Progress progress = new Progress(state.nextOffset(), later.dueMs(), later.offset());
      PendingTimers all = new PendingTimers(folder, memory, timers, ids, progress, tickMs, nowMs);
      all.pending = state.pending() - all.count(state.released(), later);
      all.savedProgress = progress;
      all.released = later;
      all.horizon = new Place(later.dueMs(), later.offset() + 1);
      all.load();
      opened = all;
      return all;
    } catch (NoSuchFileException | VarveException e) {
      LOG.warn(
          "The saved timers in {} are passed over, the log is read instead: {}",
          folder.directory().path(),
          e.toString());
      return null;
    } finally {
      if (opened == null) {
        timers.close();
        ids.close();
      }
    }
  }

  /** How many timers of the runs were released between two states. */
  private long count(Progress from, Progress to) throws IOException {
    long count = 0;
    EntryCursor all =
        new MergeCursor(timers.cursors(new Place(from.dueMs(), from.offset() + 1)), false);
    while (all.next() && !to.isBehind(all.key(), all.offset())) {
      count++;
    }
    return count;
  }

  /** How far timers were taken in and released. */
  public Progress progress() {
    return progress;
  }

  /** How many timers are pending. */
  public long pending() {
    return pending;
  }

  /** What a timer is, as it is taken in. */
  public enum Arrival {
    /** It waits. */
    PENDING,
    /**
     * A timer with a later due time has been released already: it must be released next, before
     * anything else is taken in, once it is due.
     */
    LATE,
    /** It was released before the process ended that did so. */
    RELEASED
  }

  /**
   * Whether all that had been taken in by those who released timers before is taken in again; no
   * timer may be released earlier.
   */
  public boolean isCaughtUp() {
    return progress.nextOffset() >= released.nextOffset();
  }

  /** How far timers had been released when this was opened. */
  public Progress releasedBefore() {
    return released;
  }

  /** What a timer would be that is taken in now. */
  public Arrival arrival(long timerDueMs, long timerOffset) {
    if (released.covers(timerDueMs, timerOffset)) {
      return Arrival.RELEASED;
    }
    return progress.isBehind(timerDueMs, timerOffset) ? Arrival.PENDING : Arrival.LATE;
  }

  /** Takes a timer in that is pending. Its event's offset is higher than all before. */
  public void add(long timerDueMs, long timerOffset) throws IOException {
    pending++;
    unsaved++;
    if (horizon.isBehind(timerDueMs, timerOffset)) {
      near.add(timerDueMs, timerOffset);
      if (near.size() > memory.nearMax()) {
        spill();
      }
    } else {
      far.add(timerDueMs, timerOffset, 0, false);
    }
  }

  /** Takes in that a pending timer is the latest of an id. */
  public void addId(long idHash, long timerDueMs, long timerOffset) {
    newIds.add(idHash, timerOffset, timerDueMs, false);
    unsaved++;
  }

  /**
   * Cancels the pending timer of an id.
   *
   * @param isSame whether the event at an offset has that very id: hashes may be equal by chance
   * @return whether there was one
   */
  public boolean cancel(long idHash, LongPredicate isSame) throws IOException {
    boolean any = false;
    for (EntryCursor latest = find(idHash); latest.next(); ) {
      long timerOffset = latest.offset();
      long timerDueMs = latest.extra();
      if (progress.isBehind(timerDueMs, timerOffset) && isSame.test(timerOffset)) {
        newIds.add(idHash, timerOffset, timerDueMs, true);
        cancel(timerDueMs, timerOffset);
        any = true;
      }
    }
    return any;
  }

  private void cancel(long timerDueMs, long timerOffset) {
    pending--;
    unsaved++;
    if (horizon.isBehind(timerDueMs, timerOffset)) {
      cancelled.add(timerOffset, timerOffset, timerDueMs, false);
    } else {
      far.add(timerDueMs, timerOffset, 0, true);
    }
  }

  /**
   * The timers of an id by their offsets, with their due times; released ones may be among them.
   */
  public EntryCursor find(long idHash) throws IOException {
    List<EntryCursor> cursors = new ArrayList<>();
    for (Run run : ids.all()) {
      if (run.mayHold(idHash)) {
        cursors.add(new OfKey(run.cursor(idHash, 0, 1), idHash));
      }
    }
    found.clear();
    newIds.find(idHash, found);
    if (found.count() > 0) {
      cursors.add(found.sorted());
    }
    return new MergeCursor(cursors, false);
  }

  /** Says that all events below an offset have been taken in. */
  public void takenIn(long nextOffset) {
    progress = new Progress(nextOffset, progress.dueMs(), progress.offset());
  }

  /**
   * Takes timers out of the wheel that are due soon, so that their events can be read ahead; {@link
   * #next} gives them when they are due, unless they are cancelled by then.
   *
   * @param untilMs none that is due later
   * @return null if there are none
   */
  public @Nullable Batch takeAhead(long untilMs) throws IOException {
    int max = memory.ahead();
    if (near.size() < max) {
      // So few are as soon read one by one.
      return null;
    }
    long[] dues = new long[max];
    long[] offsets = new long[max];
    int count = 0;
    while (count < max && nextOfWheel(untilMs)) {
      dues[count] = wheelDueMs;
      offsets[count] = wheelOffset;
      count++;
      wheelHas = false;
    }
    if (count == 0) {
      return null;
    }
    Batch taken = new Batch(dues, offsets, count);
    batches.add(taken);
    return taken;
  }

  /** Looks at the wheel's first timer, if it is due; it stays the first until it is taken. */
  private boolean nextOfWheel(long nowMs) throws IOException {
    if (wheelHas) {
      return wheelDueMs <= nowMs;
    }
    while (near.size() <= memory.loadBelow() && !horizon.equals(Place.END)) {
      load();
    }
    wheelHas = near.next(nowMs);
    wheelDueMs = near.dueMs();
    wheelOffset = near.offset();
    return wheelHas;
  }

  /**
   * Steps to the next timer that is due, in the order of due times and offsets.
   *
   * @return false if there is none for now
   */
  public boolean next(long nowMs) throws IOException {
    do {
      Batch from = firstBatch(nowMs);
      long limit = from == null ? nowMs : from.firstDueMs();
      boolean inWheel = nextOfWheel(limit);
      if (from != null
          && !(inWheel
              && EntryBlock.isBefore(
                  wheelDueMs, wheelOffset, from.firstDueMs(), from.firstOffset()))) {
        batch = from;
        index = from.first();
        dueMs = from.firstDueMs();
        offset = from.firstOffset();
        from.removeFirst();
      } else if (inWheel) {
        batch = null;
        dueMs = wheelDueMs;
        offset = wheelOffset;
        wheelHas = false;
      } else {
        return false;
      }
    } while (cancelled.count() > 0 && cancelled.contains(offset, dueMs));
    return true;
  }

  /** The batch whose first timer is the first of all batches, if it is due. */
  private @Nullable Batch firstBatch(long nowMs) {
    batches.removeIf(Batch::isEmpty);
    Batch first = null;
    for (Batch other : batches) {
      if (other.firstDueMs() <= nowMs
          && (first == null
              || EntryBlock.isBefore(
                  other.firstDueMs(),
                  other.firstOffset(),
                  first.firstDueMs(),
                  first.firstOffset()))) {
        first = other;
      }
    }
    return first;
  }

  /** The batch that the timer was in to which {@link #next} stepped; null if it was in none. */
  public @Nullable Batch batch() {
    return batch;
  }

  /** Its number in that batch. */
  public int index() {
    return index;
  }

  /** The due time of the timer that {@link #next} stepped to. */
  public long dueMs() {
    return dueMs;
  }

  /** The offset of that timer's event. */
  public long offset() {
    return offset;
  }

  /** Says that the timer has been released with all before it. */
  public void released(long timerDueMs, long timerOffset) {
    pending--;
    progress = new Progress(progress.nextOffset(), timerDueMs, timerOffset);
  }

  /** No timer is due before this time. */
  public long nextDueMs() {
    // Those behind the horizon are due later.
    long next = wheelHas ? wheelDueMs : near.size() == 0 ? horizon.key() : near.nextDueMs();
    for (Batch taken : batches) {
      next = taken.isEmpty() ? next : Math.min(next, taken.firstDueMs());
    }
    return next;
  }

  /** No pending timer's event has a lower offset. */
  public long lowestOffset() {
    long lowest = progress.nextOffset();
    for (Run run : timers.all()) {
      lowest = Math.min(lowest, run.lowestOffset());
    }
    // All others are taken in later than what was saved.
    return Math.min(lowest, savedProgress.nextOffset());
  }

  /** Loads the timers that come next, and moves the horizon behind them. */
  private void load() throws IOException {
    Place end = Place.END;
    int runs = 0;
    for (Run run : timers.all()) {
      runs += run.blockAfter(horizon.key(), horizon.offset(), 1) == null ? 0 : 1;
    }
    int blocks = Math.max(1, memory.loaded() / EntryBlock.ENTRIES_MAX / Math.max(1, runs));
    for (Run run : timers.all()) {
      Place next = run.blockAfter(horizon.key(), horizon.offset(), blocks);
      if (next != null && end.isBehind(next.key(), next.offset())) {
        end = next;
      }
    }
    EntryBuffer moved = new EntryBuffer();
    far.moveBefore(end, moved);
    List<EntryCursor> cursors = timers.cursors(horizon);
    cursors.add(moved.sorted());
    MergeCursor all = new MergeCursor(cursors, false);
    while (all.next() && end.isBehind(all.key(), all.offset())) {
      near.add(all.key(), all.offset());
    }
    keepGone(moved);
    horizon = end;
  }

  /** Runs don't know yet of these that they are gone. */
  private void keepGone(EntryBuffer moved) {
    for (int i = 0; i < moved.count(); i++) {
      if (moved.isGone(i)) {
        cancelled.add(moved.offset(i), moved.offset(i), moved.key(i), false);
      }
    }
  }

  /** Moves the later half of the wheel to a run. */
  private void spill() throws IOException {
    EntryBuffer all = new EntryBuffer();
    near.forEach((timerDueMs, timerOffset) -> all.add(timerDueMs, timerOffset, 0, false));
    if (wheelHas) {
      all.add(wheelDueMs, wheelOffset, 0, false);
      wheelHas = false;
    }
    // They may be due later than what is kept, and must not be on both sides of the horizon.
    for (Batch taken : batches) {
      taken.forEach((timerDueMs, timerOffset) -> all.add(timerDueMs, timerOffset, 0, false));
      taken.clear();
    }
    EntryCursor sorted = all.sorted();
    long kept = memory.nearMax() / 2;
    near = new TimingWheel(Math.max(0, progress.dueMs()), tickMs);
    boolean more = sorted.next();
    for (long i = 0; more && i < kept; i++) {
      near.add(sorted.key(), sorted.offset());
      more = sorted.next();
    }
    if (!more) {
      return;
    }
    Place end = new Place(sorted.key(), sorted.offset());
    do {
      far.add(sorted.key(), sorted.offset(), 0, false);
    } while (sorted.next());
    EntryTable stillNear = new EntryTable();
    for (int i = 0; i < cancelled.count(); i++) {
      long timerOffset = cancelled.key(i);
      long timerDueMs = cancelled.extra(i);
      if (end.isBehind(timerDueMs, timerOffset)) {
        stillNear.add(timerOffset, timerOffset, timerDueMs, false);
      } else {
        far.add(timerDueMs, timerOffset, 0, true);
      }
    }
    cancelled = stillNear;
    horizon = end;
  }

  /** Adds the timers before the horizon, from an offset on, that are not cancelled. */
  private void takeAll(EntryBuffer to, long fromOffset) {
    TimingWheel.TimerConsumer taker =
        (timerDueMs, timerOffset) -> {
          boolean alive = cancelled.count() == 0 || !cancelled.contains(timerOffset, timerDueMs);
          if (timerOffset >= fromOffset && alive) {
            to.add(timerDueMs, timerOffset, 0, false);
          }
        };
    near.forEach(taker);
    if (wheelHas) {
      taker.accept(wheelDueMs, wheelOffset);
    }
    batches.forEach(taken -> taken.forEach(taker));
  }

  /** Whether so much came since it was last saved, or so long ago, that it should be again. */
  public boolean isSaveDue(long nowNanos) {
    return far.count() >= memory.farMax()
        || newIds.count() >= memory.farMax()
        || unsaved >= 4L * memory.farMax()
        || (nowNanos - savedNanos >= SAVE_NANOS && !progress.equals(savedProgress));
  }

  /**
   * Keeps all in files. What was released must be durable in the ready log.
   *
   * @param readyNextOffset that log's
   * @param ownership asked when all is written: whether nobody has taken the log over
   */
  public void save(long readyNextOffset, long nowNanos, Ownership ownership) throws IOException {
    takeAll(far, savedProgress.nextOffset());
    EntryTable stillNear = new EntryTable();
    for (int i = 0; i < cancelled.count(); i++) {
      if (progress.isBehind(cancelled.extra(i), cancelled.key(i))) {
        far.add(cancelled.extra(i), cancelled.key(i), 0, true);
        stillNear.add(cancelled.key(i), cancelled.key(i), cancelled.extra(i), false);
      }
    }
    cancelled = stillNear;
    timers.write(far.sorted(), far.count());
    far.clear();
    ids.write(newIds.sorted(), newIds.count());
    newIds.clear();
    Progress now = progress;
    timers.retireBelow(now.dueMs());
    folder.save(
        new TimerState(
            folder.storeId(),
            now.nextOffset(),
            isCaughtUp() ? now : released,
            pending,
            readyNextOffset,
            timers.runNames(),
            ids.runNames()));
    savedProgress = now;
    savedNanos = nowNanos;
    unsaved = 0;
    if (ownership.isOurs()) {
      folder.deleteOlderStates();
      timers.deleteRetired(timers.runNames());
      ids.deleteRetired(ids.runNames());
    }
    timers.tend((key, timerOffset, extra) -> !now.isBehind(key, timerOffset));
    ids.tend((key, timerOffset, extra) -> !now.isBehind(extra, timerOffset));
  }

  /** Tells whether the log is still the caller's. */
  public interface Ownership {
    boolean isOurs() throws IOException;
  }

  /** Bytes of memory that it takes. */
  public long memoryBytes() {
    return near.bytes()
        + far.bytes()
        + newIds.bytes()
        + cancelled.bytes()
        + timers.memoryBytes()
        + ids.memoryBytes();
  }

  /** How many files it has. */
  public int files() {
    return timers.all().size() + ids.all().size();
  }

  @Override
  public void close() throws IOException {
    timers.close();
    ids.close();
  }

  /** The entries of one key, from a cursor that begins there. */
  private record OfKey(EntryCursor from, long only) implements EntryCursor {

    @Override
    public boolean next() throws IOException {
      return from.next() && from.key() == only;
    }

    @Override
    public long key() {
      return from.key();
    }

    @Override
    public long offset() {
      return from.offset();
    }

    @Override
    public long extra() {
      return from.extra();
    }

    @Override
    public boolean isGone() {
      return from.isGone();
    }
  }
}
