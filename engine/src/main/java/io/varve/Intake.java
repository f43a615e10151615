package io.varve;

import io.varve.base.BadSettingException;
import io.varve.delay.Cron;
import io.varve.delay.PendingTimers;
import io.varve.delay.PendingTimers.Arrival;
import io.varve.delay.Place;
import io.varve.delay.Timer;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import io.varve.format.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a log's events are to its timers: which event is delayed, which cancels or replaces another,
 * and when a repeating one is due again.
 *
 * <p>Thread: confined to the timers'.
 */
final class Intake {

  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  private final StreamPartition log;
  private final SchedulerSettings settings;
  private final PendingTimers timers;
  private final Releases events;
  private final SchedulerCounters counters;
  private final KeyHash hash;
  private final Crons crons = new Crons();

  /**
   * @param events by which pending events are looked up
   */
  Intake(
      StreamPartition log,
      SchedulerSettings settings,
      PendingTimers timers,
      Releases events,
      SchedulerCounters counters,
      UUID storeId) {
    this.log = log;
    this.settings = settings;
    this.timers = timers;
    this.events = events;
    this.counters = counters;
    this.hash = new KeyHash(storeId);
  }

  /** What an event is if it is taken in now; one that is not delayed is as good as released. */
  Arrival arrival(EventView event) {
    return event.dueTimeMs() == Event.NOT_DELAYED
        ? Arrival.RELEASED
        : timers.arrival(event.dueTimeMs(), event.offset());
  }

  /** Takes an event in; one that is late is for the caller to release. */
  void takeIn(EventView event, Arrival arrival) throws IOException {
    long offset = event.offset();
    long dueMs = event.dueTimeMs();
    boolean delayed = dueMs != Event.NOT_DELAYED;
    byte[] id = id(event);
    if (id != null && (delayed || event.valueLength() < 0)) {
      if (timers.cancel(hash(id), of -> hasId(of, id))) {
        counters.cancelled();
      }
    }
    if (arrival == Arrival.PENDING) {
      if (cron(event, true) == null) {
        timers.add(dueMs, offset);
      } else {
        timers.addRepeating(dueMs, offset);
      }
      if (id != null) {
        timers.addId(hash(id), dueMs, offset);
      }
      counters.taken();
    } else if (arrival == Arrival.LATE) {
      counters.late();
      timers.takenIn(offset + 1);
      cron(event, true);
      rearm(event);
    } else if (delayed) {
      rearm(event);
    }
  }

  /**
   * Arms the next timer of an event of which one has been released, if it is a repeating one: the
   * first that stands behind all that has been released.
   */
  void rearm(EventView event) throws IOException {
    Cron cron = cron(event, false);
    if (cron == null) {
      return;
    }
    long offset = event.offset();
    long dueMs;
    try {
      dueMs = next(cron, event.dueTimeMs(), offset);
    } catch (BadSettingException e) {
      counters.badCron();
      LOG.warn("The event at offset {} of {} is not released again: {}", offset, log, reason(e));
      return;
    }
    if (dueMs != Cron.NONE) {
      timers.rearm(dueMs, offset);
      byte[] id = id(event);
      if (id != null) {
        timers.addId(hash(id), dueMs, offset);
      }
      counters.rearmed();
    }
  }

  /**
   * Arms the repeating events anew of which timers were released after what is pending was saved;
   * to be called once, before anything else.
   *
   * @param missing told the offsets of those that are not in the log any more
   */
  void rearmLapsed(LongConsumer missing) throws IOException {
    long[] lapsed = timers.lapsed();
    for (int at = 0; at < lapsed.length; ) {
      while (at < lapsed.length && !events.isFull()) {
        events.add(Long.MIN_VALUE, lapsed[at++], null);
      }
      while (!events.isEmpty()) {
        events.read();
        for (; events.hasRead(); events.remove()) {
          Event event = events.event();
          if (event == null) {
            missing.accept(events.offset());
          } else {
            rearm(event);
          }
        }
      }
    }
  }

  private long next(Cron cron, long firstMs, long offset) {
    Progress released = timers.progress();
    // At the time of the last one that was released, those behind it in the log are still to come.
    boolean same = offset > released.offset() && released.dueMs() != Long.MIN_VALUE;
    return cron.next(Math.max(firstMs, same ? released.dueMs() - 1 : released.dueMs()));
  }

  /** When an event is released again; null if it isn't. */
  private @Nullable Cron cron(EventView event, boolean isNew) {
    byte[] expression = Releases.header(event.headers(), settings.cronHeader());
    if (expression == null) {
      return null;
    }
    Cron cron =
        crons.get(
            expression,
            e ->
                LOG.warn(
                    "The event at offset {} of {}, and others with the same expression, are released"
                        + " once only: {}",
                    event.offset(),
                    log,
                    reason(e)));
    if (cron == null && isNew) {
      counters.badCron();
    }
    return cron;
  }

  private static String reason(BadSettingException e) {
    return String.valueOf(e.getMessage());
  }

  /** The timers that are pending of an id. */
  List<Timer> find(byte[] id) throws IOException {
    List<Timer> found = new ArrayList<>();
    for (Place place : timers.placesOf(hash(id), of -> hasId(of, id))) {
      boolean[] repeating = new boolean[1];
      events.look(place.offset(), event -> repeating[0] = cron(event, false) != null);
      found.add(new Timer(place.key(), place.offset(), repeating[0]));
    }
    return found;
  }

  private boolean hasId(long offset, byte[] id) {
    return events.hasId(offset, settings.idHeader(), id);
  }

  private long hash(byte[] id) {
    hash.of(Encoding.BYTES, id, id.length);
    return hash.high();
  }

  private byte @Nullable [] id(EventView event) {
    return Releases.header(event.headers(), settings.idHeader());
  }
}
