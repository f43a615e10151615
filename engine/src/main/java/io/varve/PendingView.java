package io.varve;

import io.varve.base.Clock;
import io.varve.base.StoreFailedException;
import io.varve.delay.PendingTimers;
import io.varve.delay.PendingTimers.Arrival;
import io.varve.delay.Place;
import io.varve.delay.SavedTimers;
import io.varve.delay.Timer;
import io.varve.delay.TimerList;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.manifest.LogFolder;
import io.varve.view.BlockCache;
import io.varve.view.LogBlocks;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is pending of a log at one moment, seen from outside, whether a scheduler runs or not: what
 * it has saved, and the log after it. Nothing is written but a lease while the log is read.
 *
 * <p>Each delayed event that came since the scheduler saved takes some 50 bytes of memory; a
 * scheduler that runs saves every minute.
 *
 * <p>Thread: confined to one.
 */
public final class PendingView implements AutoCloseable {

  private static final int ATTEMPTS = 100;
  private static final int COUNTED_MAX = 1 << 20;
  private static final int READ_TOGETHER = 64;
  private static final long CACHE_BYTES = 16 << 20;

  private final StreamPartition log;
  private final PendingTimers timers;
  private final LogBlocks blocks;
  private final Releases events;
  private final Intake intake;

  /** What came after others that were due later had been released; in order. */
  private final List<Late> late = new ArrayList<>();

  private record Late(Timer timer, byte @Nullable [] id) {}

  private PendingView(
      StreamPartition log, PendingTimers timers, LogBlocks blocks, Releases events, Intake intake) {
    this.log = log;
    this.timers = timers;
    this.blocks = blocks;
    this.events = events;
    this.intake = intake;
  }

  static PendingView open(
      Store store,
      Clock clock,
      UUID storeId,
      LogFolder log,
      LogFolder readyLog,
      SchedulerSettings settings)
      throws IOException {
    PendingTimers timers = saved(store, clock, storeId, readyLog);
    LogBlocks blocks = new LogBlocks(log, new BlockCache(CACHE_BYTES));
    boolean done = false;
    try {
      blocks.refresh();
      Releases events = new Releases(log.name(), blocks, 1);
      Intake intake =
          new Intake(log.name(), settings, timers, events, new SchedulerCounters(clock), storeId);
      PendingView view = new PendingView(log.name(), timers, blocks, events, intake);
      // The ones that are missing are told of by the scheduler.
      intake.rearmLapsed(offset -> {});
      view.takeIn(store, settings);
      done = true;
      return view;
    } finally {
      if (!done) {
        timers.close();
        blocks.close();
      }
    }
  }

  private static PendingTimers saved(Store store, Clock clock, UUID storeId, LogFolder readyLog)
      throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      SavedTimers saved = SavedTimers.read(readyLog.directory().folder("timers"), storeId);
      // Later than the states: they never tell of more than the ready log.
      long nextOffset = store.contains(readyLog.name()) ? nextOffset(store, readyLog) : 0;
      try {
        return saved.open(
            Releases.last(store, readyLog.name(), nextOffset), nextOffset, clock.wallMs());
      } catch (NoSuchFileException e) {
        // The scheduler has saved anew.
      }
    }
    throw new StoreFailedException(
        "The timers of " + readyLog.name() + " change faster than they can be read", null);
  }

  private static long nextOffset(Store store, LogFolder readyLog) {
    return store.stats(readyLog.name()).nextOffset();
  }

  /** Takes in what the log has by now. */
  private void takeIn(Store store, SchedulerSettings settings) throws IOException {
    long from = timers.progress().nextOffset();
    ReadRange range = ReadRange.all().withOffsets(from, Math.max(from, blocks.nextOffset()));
    try (LogReader reader = store.openReader(log, range)) {
      while (reader.next()) {
        EventView event = reader.event();
        Arrival arrival = intake.arrival(event);
        if (arrival == Arrival.LATE) {
          byte[] id = Releases.header(event.headers(), settings.idHeader());
          late.add(new Late(new Timer(event.dueTimeMs(), event.offset(), false), id));
        }
        intake.takeIn(event, arrival);
      }
    }
    timers.takenIn(range.toOffset());
    late.sort(
        Comparator.comparingLong((Late each) -> each.timer().dueMs())
            .thenComparingLong(each -> each.timer().offset()));
  }

  /** The log whose events are pending. */
  public StreamPartition log() {
    return log;
  }

  /** How many timers are pending. */
  public long pending() {
    return timers.pending() + late.size();
  }

  /** All events with lower offsets have been looked at. */
  public long nextOffset() {
    return timers.progress().nextOffset();
  }

  /** Pending timers. */
  public PendingPage page(PendingRange range) {
    List<Timer> found = new ArrayList<>();
    for (Late each : late) {
      Timer timer = each.timer();
      if (isWithin(timer, range)) {
        if (found.size() == range.limit()) {
          return new PendingPage(found, range.from(timer.dueMs(), timer.offset()));
        }
        found.add(timer);
      }
    }
    int left = range.limit() - found.size();
    try {
      // All that is late is due before all others.
      PendingPage others = PendingQueries.page(timers.list(), range.withLimit(Math.max(1, left)));
      if (left == 0) {
        Timer first = others.timers().isEmpty() ? null : others.timers().get(0);
        return new PendingPage(
            found, first == null ? null : range.from(first.dueMs(), first.offset()));
      }
      found.addAll(others.timers());
      PendingRange next = others.next();
      return new PendingPage(found, next == null ? null : next.withLimit(range.limit()));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static boolean isWithin(Timer timer, PendingRange range) {
    return !new Place(range.fromMs(), range.fromOffset()).isBehind(timer.dueMs(), timer.offset())
        && timer.dueMs() < range.untilMs();
  }

  /** The pending timer of an id; there may be more than one if some are late. */
  public List<Timer> find(byte[] id) {
    List<Timer> found = new ArrayList<>();
    for (Late each : late) {
      if (each.id() != null && Arrays.equals(each.id(), id)) {
        found.add(each.timer());
      }
    }
    try {
      found.addAll(intake.find(id));
    } catch (IOException e) {
      throw failed(e);
    }
    return found;
  }

  /** How many timers are due from one time until before another. */
  public long count(long fromMs, long untilMs) {
    PendingRange range = PendingRange.between(fromMs, untilMs);
    long count = late.stream().filter(each -> isWithin(each.timer(), range)).count();
    try {
      TimerList list = timers.list();
      for (Place from = new Place(fromMs, 0); from != null; ) {
        TimerList.Count some = list.count(from, new Place(untilMs, 0), COUNTED_MAX);
        count += some.count();
        from = some.next();
      }
    } catch (IOException e) {
      throw failed(e);
    }
    return count;
  }

  /**
   * The events of timers by their offsets; without those that are not in the log any more.
   *
   * @param some few, such as those of a page
   */
  public Map<Long, Event> events(List<Timer> some) {
    Map<Long, Event> found = new HashMap<>();
    try {
      long[] rising = some.stream().mapToLong(Timer::offset).sorted().distinct().toArray();
      for (int at = 0; at < rising.length; at += READ_TOGETHER) {
        int end = Math.min(rising.length, at + READ_TOGETHER);
        for (Event event : events.find(Arrays.copyOfRange(rising, at, end))) {
          if (event != null) {
            found.put(event.offset(), event);
          }
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
    return found;
  }

  private StoreFailedException failed(IOException e) {
    return new StoreFailedException("Reading what is pending of " + log + " failed", e);
  }

  @Override
  public void close() {
    try {
      timers.close();
      blocks.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
