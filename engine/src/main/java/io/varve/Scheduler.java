package io.varve;

import io.varve.base.Clock;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.delay.PendingTimers;
import io.varve.delay.PendingTimers.Arrival;
import io.varve.delay.Timer;
import io.varve.event.Event;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.format.BatchCursor;
import io.varve.format.PackedEvent;
import io.varve.format.Release;
import io.varve.manifest.LogFolder;
import io.varve.manifest.ReaderLeases;
import io.varve.view.LogBlocks;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases the delayed events of one log when they are due: appends them to the <em>ready log</em>,
 * from which they are read like any others. It follows the log that the events are in; see {@link
 * #step} for what it does.
 *
 * <p>An event with a {@linkplain Event#dueTimeMs due time} is delayed. If it has a schedule id (a
 * header), it takes the place of the pending event with that id; an event with an id, no due time
 * and no value cancels that. All others are none of the scheduler's business.
 *
 * <p>An event with a {@linkplain Reserved#SCHEDULE_CRON cron expression} (a header) is released
 * again at every time that it names after the due time, until it is cancelled or replaced. One that
 * comes late goes on behind all that has been released by then.
 *
 * <p>Each event is released once, in the order of due times and, where they are equal, of the log;
 * one that comes when later ones have been released already goes next. None is released before the
 * machine's clock shows its due time: the clock is read for each event as it is appended, and what
 * it says then is the event's timestamp. If it has gone back, what is not due any more waits again.
 * Its last header, {@link Release#HEADER}, tells where it comes from and how far the scheduler is:
 * what is released and how far that is are written in one piece.
 *
 * <p>One scheduler a log: opening it takes the ready log over, and fences whoever had it.
 *
 * <p>Thread: confined to one, but for {@link #metrics}, {@link #stop} and what is asked about
 * pending timers.
 */
public final class Scheduler implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

  private static final long CLOCK_JUMP_MS = 500;
  private static final Duration PAUSE_MAX = Duration.ofMillis(5);

  private final LogFolder log;
  private final SchedulerSettings settings;
  private final Clock clock;
  private final LogReader reader;
  private final LogBlocks blocks;
  private final ReadyLog ready;
  private final PendingTimers timers;
  private final ReaderLeases.Lease lease;
  private final ReadyOwner ownership;
  private final Releases due;
  private final Intake intake;
  private final PendingQueries queries;
  private final SchedulerCounters counters;
  private final EventsAhead ahead;
  private final Executor saving;
  private final long openedMs;

  private boolean held;
  private long lastWallMs;
  private long lastNanos;
  private volatile boolean stopped;
  private boolean closed;

  Scheduler(Parts parts, SchedulerSettings settings, Clock clock, Work work, UUID storeId) {
    this.log = parts.log();
    this.settings = settings;
    this.clock = clock;
    this.reader = parts.reader();
    this.blocks = parts.blocks();
    this.timers = parts.timers();
    this.lease = parts.lease();
    this.ownership = parts.ownership();
    this.due = new Releases(log.name(), blocks, settings.memory().stepEvents());
    this.saving = work.strand();
    this.ahead = new EventsAhead(timers, blocks, work.strand(), settings.memory());
    this.counters = new SchedulerCounters(clock);
    this.intake = new Intake(log.name(), settings, timers, due, counters, storeId);
    this.queries = new PendingQueries(timers, intake);
    this.openedMs = clock.wallMs();
    this.ready = new ReadyLog(parts.ready(), counters, openedMs);
    this.lastWallMs = openedMs;
    this.lastNanos = clock.nanos();
  }

  /** What a scheduler has open. */
  record Parts(
      LogFolder log,
      LogReader reader,
      LogBlocks blocks,
      LogWriter ready,
      PendingTimers timers,
      ReaderLeases.Lease lease,
      ReadyOwner ownership) {}

  /** Is done once, before anything else. */
  void rearmLapsed() throws IOException {
    intake.rearmLapsed(offset -> missing(offset, "several times"));
  }

  private void missing(long offset, Object dueMs) {
    counters.missing();
    LOG.error(
        "The event at offset {} of {} was due at {} and is not in the log any more: retention,"
            + " while no scheduler ran, or compaction has taken it. It can't be released",
        offset,
        log.name(),
        dueMs);
  }

  /** The log whose events are released. */
  public StreamPartition log() {
    return log.name();
  }

  /** The log to which they go. */
  public StreamPartition readyLog() {
    return ready.name();
  }

  /** Takes in and releases until {@link #stop} is called; then {@link #close} it. */
  public void run() {
    run(() -> {});
  }

  /**
   * The same.
   *
   * @param whenReadable called, on this thread, each time that more of what was released is durable
   *     and can be read from the ready log
   */
  public void run(Runnable whenReadable) {
    long readable = ready.durableOffset();
    while (!stopped) {
      boolean busy = step();
      long durable = ready.durableOffset();
      if (durable > readable) {
        readable = durable;
        whenReadable.run();
      }
      if (!busy) {
        pause();
      }
    }
  }

  /** Lets {@link #run} come to an end. Thread: any. */
  public void stop() {
    stopped = true;
  }

  /**
   * Does what there is to do now, some of it:
   *
   * <ol>
   *   <li>takes in events that are new in the log;
   *   <li>appends events that are due to the ready log;
   *   <li>asks for that to be durable;
   *   <li>now and then, when all of it is, has what is pending saved.
   * </ol>
   *
   * @return whether there was anything to do
   * @throws io.varve.base.FencedException if another scheduler has taken the ready log over
   * @throws VarveException what failed; close it, and open another
   */
  public boolean step() {
    try {
      boolean busy = ready.completeCommit();
      busy |= completeSave();
      watchClock();
      if (!due.isEmpty()) {
        // What has left the wheel is neither to be cancelled nor to be saved.
        busy |= release();
      } else if (!timers.isSaving() && timers.isSaveDue(clock.wallMs())) {
        busy |= save();
      } else {
        busy |= queries.answer();
        busy |= !timers.isFull() && takeIn();
        if (timers.isCaughtUp()) {
          busy |= release();
        }
      }
      ready.commit();
      counters.publish(timers, ahead.bytes(), reader.endOffset(), held);
      return busy;
    } catch (IOException e) {
      throw new StoreFailedException("Scheduling the events of " + log.name() + " failed", e);
    }
  }

  /** Whether something is under way in the background with which a later step goes on. */
  boolean isCommitting() {
    return ready.isCommitting() || !ready.isDurable() || timers.isAwaiting() || timers.isSaving();
  }

  private void pause() {
    long wait = PAUSE_MAX.toMillis();
    if (ready.isCommitting()) {
      wait = 1;
    }
    long nextDueMs = timers.nextDueMs();
    long left = nextDueMs == Long.MAX_VALUE ? wait : nextDueMs - clock.wallMs();
    reader.await(Duration.ofMillis(Math.max(1, Math.min(wait, left))));
  }

  private void watchClock() {
    long wallMs = clock.wallMs();
    long nanos = clock.nanos();
    long jumpedMs = wallMs - lastWallMs - (nanos - lastNanos) / 1_000_000;
    lastWallMs = wallMs;
    lastNanos = nanos;
    if (Math.abs(jumpedMs) > CLOCK_JUMP_MS) {
      counters.clockJumped(jumpedMs);
      LOG.warn(
          "The machine's clock has jumped by {} ms. Events of {} are released by what it shows: none"
              + " before its due time",
          jumpedMs,
          log.name());
    }
  }

  /** Takes in events that are new; returns whether there were any. */
  private boolean takeIn() throws IOException {
    int count = 0;
    long nowMs = clock.wallMs();
    while (count < settings.memory().stepEvents() && (held || reader.next())) {
      held = !takeIn(reader.cursor(), nowMs);
      if (held) {
        break;
      }
      count++;
    }
    if (!held && reader.position() > timers.progress().nextOffset()) {
      timers.takenIn(reader.position());
    }
    return count > 0;
  }

  /** Takes in an event; returns false if it must be come back to when it is due. */
  private boolean takeIn(BatchCursor event, long stepMs) throws IOException {
    long offset = event.offset();
    long dueMs = event.dueTimeMs();
    Arrival arrival = intake.arrival(event);
    long nowMs = arrival == Arrival.LATE ? clock.wallMs() : stepMs;
    if (arrival == Arrival.LATE && dueMs > nowMs) {
      timers.takenIn(offset);
      return false;
    }
    intake.takeIn(event, arrival);
    if (arrival == Arrival.PENDING) {
      ahead.keep(event, dueMs, nowMs);
    } else if (arrival == Arrival.LATE) {
      if (settings.overdue().drops(dueMs, openedMs, nowMs)) {
        counters.dropped();
      } else {
        ready.append(due.packed(event), offset, dueMs, timers.progress(), nowMs);
      }
    }
    return true;
  }

  /** Appends events that are due; returns whether there were any, or some to be read ahead. */
  private boolean release() throws IOException {
    long nowMs = clock.wallMs();
    boolean reading = ahead.tend(nowMs);
    due.fill(timers, ahead, nowMs);
    if (due.isEmpty()) {
      return reading;
    }
    due.read();
    for (; due.hasRead(); due.remove()) {
      long dueMs = due.dueMs();
      long offset = due.offset();
      // What was due when it was taken need not be any more: the clock may have gone back.
      nowMs = clock.wallMs();
      if (dueMs > nowMs) {
        due.giveBack(timers);
        break;
      }
      timers.released(dueMs, offset);
      PackedEvent event = due.event();
      if (settings.overdue().drops(dueMs, openedMs, nowMs)) {
        counters.dropped();
      } else if (event == null) {
        missing(offset, dueMs);
      } else {
        ready.append(event, offset, dueMs, timers.progress(), nowMs);
      }
      if (event != null && timers.isRepeating(dueMs, offset)) {
        intake.rearm(event, dueMs, offset);
      }
    }
    return true;
  }

  /**
   * Begins to save what is pending once all that was released is durable; returns whether it did.
   */
  private boolean save() throws IOException {
    if (!ready.isDurable()) {
      return false;
    }
    timers.beginSave(ready.nextOffset(), clock.wallMs(), ownership, saving);
    return true;
  }

  private boolean completeSave() throws IOException {
    try {
      if (!timers.completeSave()) {
        return false;
      }
    } catch (NoSuchFileException e) {
      // Whoever takes the timers over deletes files that it does not know.
      ownership.check();
      throw e;
    }
    lease.move(timers.lowestOffset());
    return true;
  }

  /** What it has done so far. Thread: safe. */
  public SchedulerMetrics metrics() {
    return counters.metrics();
  }

  /**
   * Asks for pending timers. All such questions are answered by {@link #step} between its other
   * work, as far as events have been taken in by then; they fail when the scheduler is closed. The
   * events themselves are read with a {@link LogReader}. Thread: any, but the answer must not be
   * waited for in the scheduler's own.
   */
  public CompletableFuture<PendingPage> pending(PendingRange range) {
    return queries.page(range);
  }

  /** Asks for the pending timer of an id; see {@link #pending(PendingRange)}. */
  public CompletableFuture<List<Timer>> pending(byte[] id) {
    return queries.find(id);
  }

  /**
   * Asks how many timers are due from one time until before another, see {@link
   * #pending(PendingRange)}. All of them are gone through, a piece a step; how many there are in
   * all is in the {@linkplain SchedulerMetrics#pending metrics}.
   */
  public CompletableFuture<Long> countPending(long fromMs, long untilMs) {
    return queries.count(fromMs, untilMs);
  }

  /**
   * Asks about how many timers are due from one time until before another, see {@link
   * #pending(PendingRange)}. No file is read; each may make the answer wrong by a thousand, and
   * what was cancelled lately may count.
   */
  public CompletableFuture<Long> estimatePending(long fromMs, long untilMs) {
    return queries.estimate(fromMs, untilMs);
  }

  /** Makes durable what was released, saves what is pending, and lets go of the ready log. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      if (!ready.hasFailed() && due.isEmpty()) {
        ready.sync();
        timers.save(ready.nextOffset(), clock.wallMs(), ownership);
        ready.close();
      }
    } catch (IOException e) {
      throw new StoreFailedException("Saving the timers of " + log.name() + " failed", e);
    } finally {
      abandon();
    }
  }

  /** Lets go of everything at once; what is not durable is given up, and done again by the next. */
  public void abandon() {
    if (closed) {
      return;
    }
    closed = true;
    queries.close();
    try {
      ready.abandon();
      reader.close();
      blocks.close();
      timers.close();
      lease.close();
    } catch (IOException e) {
      throw new StoreFailedException("Closing the scheduler of " + log.name() + " failed", e);
    }
  }
}
