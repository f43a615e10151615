package io.varve.delay;

import io.varve.format.EntryBlock;
import io.varve.format.Progress;
import io.varve.format.TimerState;
import io.varve.io.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

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

  private static final long SAVE_MS = 60_000;

  private final TimerFolder folder;
  private final TimerMemory memory;
  private final Runs timers;
  private final Runs ids;
  private final NearTimers near;

  // What is behind the horizon and in no run yet.
  private final EntryBuffer far = new EntryBuffer();
  private final EntryTable newIds = new EntryTable();

  /** Timers before this place are near, all others in the buffer and the runs. */
  private Place horizon = Place.END;

  /** How far timers had been released when this was opened. */
  private final Progress released;

  private Progress progress;

  /** Near timers that were taken in since then are in no run. */
  private Progress savedProgress;

  /** How many timers were pending when all was saved last, and when it began to be saved. */
  private long savedPending = Long.MAX_VALUE;

  private long savingPending = Long.MAX_VALUE;

  private long savedMs;
  private long unsaved;
  private long pending;

  /** Offsets of repeating events whose timers in the runs have been released. */
  private long[] lapsed = new long[0];

  private @Nullable Saving saving;

  private final EntryBuffer found = new EntryBuffer();

  /**
   * Nothing that is pending, yet.
   *
   * @param nextOffset what is taken in first
   * @param released how far timers have been released
   */
  PendingTimers(
      TimerFolder folder,
      TimerMemory memory,
      Runs timers,
      Runs ids,
      NearTimers near,
      long nowMs,
      long nextOffset,
      Progress released) {
    this.folder = folder;
    this.memory = memory;
    this.timers = timers;
    this.ids = ids;
    this.near = near;
    this.released = released;
    this.progress = new Progress(nextOffset, released.dueMs(), released.offset());
    this.savedProgress = progress;
    this.savedMs = nowMs;
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
    return new TimersOpening(folder, released, readyNextOffset, memory, tickMs, nowMs, background)
        .open(folder.states());
  }

  /** Takes over what a state's runs have. */
  void restore(TimerState state) throws IOException {
    pending = state.pending() - count(state.released(), released);
    horizon = new Place(released.dueMs(), released.offset() + 1);
    load();
  }

  /** How many timers of the runs were released between two states. */
  private long count(Progress from, Progress to) throws IOException {
    long count = 0;
    int repeating = 0;
    EntryCursor all =
        new MergeCursor(timers.cursors(new Place(from.dueMs(), from.offset() + 1)), false);
    while (all.next() && !to.isBehind(all.key(), all.offset())) {
      count++;
      if (all.extra() == Timer.REPEATING) {
        if (repeating == lapsed.length) {
          lapsed = Arrays.copyOf(lapsed, Math.max(64, 2 * repeating));
        }
        lapsed[repeating++] = all.offset();
      }
    }
    lapsed = Arrays.copyOf(lapsed, repeating);
    return count;
  }

  /**
   * Offsets of repeating events whose timers were pending when all was saved, and have been
   * released since. None of them is pending now: {@link #rearm} them before anything is taken in.
   */
  public long[] lapsed() {
    return lapsed;
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
    add(timerDueMs, timerOffset, false, false);
  }

  /** Takes a timer in whose event is released again later. */
  public void addRepeating(long timerDueMs, long timerOffset) throws IOException {
    add(timerDueMs, timerOffset, true, false);
  }

  /**
   * Takes in when a repeating event is due next of which a timer has been released. That is behind
   * {@link #progress}, and {@link Cron#earliestNext not} in the same second as the one before.
   */
  public void rearm(long timerDueMs, long timerOffset) throws IOException {
    add(timerDueMs, timerOffset, true, true);
  }

  private void add(long timerDueMs, long timerOffset, boolean repeating, boolean again)
      throws IOException {
    pending++;
    unsaved++;
    if (!horizon.isBehind(timerDueMs, timerOffset)) {
      far.add(timerDueMs, timerOffset, repeating ? Timer.REPEATING : 0, false);
      return;
    }
    if (repeating) {
      near.addRepeating(timerDueMs, timerOffset, progress, again);
    } else {
      near.add(timerDueMs, timerOffset);
    }
    if (near.inWheel() > memory.nearMax()) {
      spill();
    }
  }

  /**
   * Whether the event of a timer that {@link #next} has stepped to is released again later; to be
   * asked before {@link #save}.
   */
  public boolean isRepeating(long timerDueMs, long timerOffset) {
    return near.isRepeating(timerDueMs, timerOffset);
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
    List<Place> places = placesOf(idHash, isSame);
    for (Place place : places) {
      newIds.add(idHash, place.offset(), place.key(), true);
      cancel(place.key(), place.offset());
    }
    return !places.isEmpty();
  }

  /**
   * Where the pending timer of an id stands; empty if there is none.
   *
   * @param isSame whether the event at an offset has that very id
   */
  public List<Place> placesOf(long idHash, LongPredicate isSame) throws IOException {
    List<Place> places = List.of();
    for (EntryCursor latest = find(idHash); latest.next(); ) {
      if (progress.isBehind(latest.extra(), latest.offset()) && isSame.test(latest.offset())) {
        places = places.isEmpty() ? new ArrayList<>() : places;
        places.add(new Place(latest.extra(), latest.offset()));
      }
    }
    return places;
  }

  private void cancel(long timerDueMs, long timerOffset) {
    pending--;
    unsaved++;
    if (horizon.isBehind(timerDueMs, timerOffset)) {
      near.cancel(timerDueMs, timerOffset);
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
        cursors.add(run.cursorOf(idHash));
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
   * #next} gives them when they are due and the batch lets them, unless they are cancelled by then.
   *
   * @param untilMs none that is due later
   * @param max how many at most
   * @return null if there are none
   */
  public @Nullable Batch takeAhead(long untilMs, int max) throws IOException {
    load(Math.min(max, memory.nearMax() / 2));
    return near.takeAhead(untilMs, max);
  }

  /** Of all timers that were taken in, those that are due up to then have been taken ahead. */
  public long takenAheadMs() {
    return Math.min(near.nextInWheelMs(), horizon.key()) - 1;
  }

  /**
   * Steps to the next timer that is due, in the order of due times and offsets.
   *
   * @return false if there is none for now, or if it is in a batch that does not let it be given
   */
  public boolean next(long nowMs) throws IOException {
    do {
      load(memory.loadBelow());
      if (!near.next(nowMs)) {
        return false;
      }
    } while (near.isCancelled());
    return true;
  }

  /** Whether {@link #next} stepped to none since a batch did not let it. */
  public boolean isAwaiting() {
    return near.isAwaiting();
  }

  /** The batch that the timer was in to which {@link #next} stepped; null if it was in none. */
  public @Nullable Batch batch() {
    return near.batch();
  }

  /** Its number in that batch. */
  public int index() {
    return near.index();
  }

  /** The due time of the timer that {@link #next} stepped to. */
  public long dueMs() {
    return near.dueMs();
  }

  /** The offset of that timer's event. */
  public long offset() {
    return near.offset();
  }

  /**
   * Takes a timer back that {@link #next} stepped to and that has not been {@link #released}: it
   * may be cancelled again, and {@link #next} steps to it again when it is due.
   */
  public void giveBack(long timerDueMs, long timerOffset) {
    // It was near, so what is known of it beside the wheel still is.
    near.add(timerDueMs, timerOffset);
  }

  /** Says that the timer has been released with all before it. */
  public void released(long timerDueMs, long timerOffset) {
    if (!progress.isBehind(timerDueMs, timerOffset)) {
      throw new IllegalStateException(
          "the timer of offset "
              + timerOffset
              + ", due at "
              + timerDueMs
              + ", can't be released after "
              + progress);
    }
    pending--;
    progress = new Progress(progress.nextOffset(), timerDueMs, timerOffset);
  }

  /** No timer is due before this time. */
  public long nextDueMs() {
    // Those behind the horizon are due later.
    return Math.min(near.nextDueMs(), horizon.key());
  }

  /**
   * No pending timer's event has a lower offset. To be asked when nothing is pending that has not
   * been saved, but for what was taken in since, or armed again since of what was saved.
   */
  public long lowestOffset() {
    long lowest = progress.nextOffset();
    if (savedPending > 0) {
      for (Run run : timers.all()) {
        lowest = Math.min(lowest, run.lowestOffset());
      }
    }
    // All others are taken in later than what was saved.
    return Math.min(lowest, savedProgress.nextOffset());
  }

  /** Loads timers until there are more than so many in the wheel, or all are there. */
  private void load(long few) throws IOException {
    while (near.inWheel() <= few && !horizon.equals(Place.END)) {
      load();
    }
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
      if (all.extra() == Timer.REPEATING) {
        near.addRepeating(all.key(), all.offset(), progress, false);
      } else {
        near.add(all.key(), all.offset());
      }
    }
    for (int i = 0; i < moved.count(); i++) {
      if (moved.isGone(i)) {
        // Runs don't know yet that it is gone.
        near.cancel(moved.key(i), moved.offset(i));
      } else if (moved.extra(i) == Timer.REPEATING) {
        near.putInNoRun(moved.key(i), moved.offset(i), progress);
      }
    }
    horizon = end;
  }

  /** Moves the later half of what is near behind the horizon. */
  private void spill() {
    Place end = near.keepFirst(memory.nearMax() / 2, Math.max(0, progress.dueMs()), far);
    horizon = end == null ? horizon : end;
  }

  /** Whether so much came since it was last saved, or so long ago, that it should be again. */
  public boolean isSaveDue(long nowMs) {
    return far.count() >= memory.farMax()
        || newIds.count() >= memory.farMax()
        || unsaved >= 4L * memory.farMax()
        || (Math.abs(nowMs - savedMs) >= SAVE_MS && !progress.equals(savedProgress));
  }

  /**
   * Keeps all in files. What was released must be durable in the ready log.
   *
   * @param readyNextOffset that log's
   * @param ownership asked when all is written: whether nobody has taken the log over
   */
  public void save(long readyNextOffset, long nowMs, Ownership ownership) throws IOException {
    if (saving != null) {
      saving.finish();
      completeSave();
    }
    saving = saving(readyNextOffset, nowMs, ownership);
    saving.finish();
    completeSave();
  }

  /**
   * Begins to keep all in files as it is now, on another thread; {@link #completeSave} must follow.
   * What was released must be durable in the ready log.
   */
  public void beginSave(long readyNextOffset, long nowMs, Ownership ownership, Executor writing)
      throws IOException {
    Saving begun = saving(readyNextOffset, nowMs, ownership);
    saving = begun;
    try {
      writing.execute(begun);
    } catch (RejectedExecutionException e) {
      // The store is being closed.
      begun.finish();
    }
  }

  private Saving saving(long readyNextOffset, long nowMs, Ownership ownership) {
    Progress now = progress;
    EntryBuffer copy = far.copyAndMark();
    near.copyNew(savedProgress.nextOffset(), copy);
    near.copyCancelled(now, copy);
    timers.retireBelow(now.dueMs());
    savedMs = nowMs;
    savingPending = pending;
    unsaved = 0;
    return new Saving(
        folder,
        new Saving.Part(timers, copy, timers.runNames(), timers.takeRetired()),
        new Saving.Part(ids, newIds.copyAndMark(), ids.runNames(), ids.takeRetired()),
        now,
        isCaughtUp() ? now : released,
        pending,
        readyNextOffset,
        ownership);
  }

  /** Whether saving has begun and is not complete. */
  public boolean isSaving() {
    return saving != null;
  }

  /** Whether so much came while it is saved that no more should be taken in before that is over. */
  public boolean isFull() {
    return saving != null
        && (far.count() >= 2L * memory.farMax() || newIds.count() >= 2L * memory.farMax());
  }

  /**
   * Takes in that saving is over.
   *
   * @return false if it is not
   */
  public boolean completeSave() throws IOException {
    Saving over = saving;
    if (over == null || !over.isDone()) {
      return false;
    }
    saving = null;
    over.install();
    far.dropMarked();
    newIds.dropMarked();
    Progress saved = over.progress();
    savedProgress = saved;
    savedPending = savingPending;
    timers.tend((key, timerOffset, extra) -> saved.isBehind(key, timerOffset));
    ids.tend((key, timerOffset, extra) -> saved.isBehind(extra, timerOffset));
    return true;
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
        + (saving == null ? 0 : saving.bytes())
        + timers.memoryBytes()
        + ids.memoryBytes();
  }

  /** What is pending now; of no use when anything has changed. */
  public TimerList list() {
    return new TimerList(timers, near, far, horizon, progress, pending);
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
}
