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
import io.varve.event.Headers;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import io.varve.format.PackedEvent;
import io.varve.format.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static final int READ_TOGETHER = 64;

  private final StreamPartition log;
  private final SchedulerSettings settings;
  private final PendingTimers timers;
  private final Releases events;
  private final SchedulerCounters counters;
  private final KeyHash hash;
  private final Crons crons = new Crons();
  private final byte[] idName;
  private final byte[] cronName;

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
    this.idName = settings.idHeader().getBytes(StandardCharsets.UTF_8);
    this.cronName = settings.cronHeader().getBytes(StandardCharsets.UTF_8);
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
    Headers headers = event.headers();
    byte[] id = Releases.header(headers, settings.idHeader());
    byte[] cron = delayed ? Releases.header(headers, settings.cronHeader()) : null;
    if (id != null
        && (delayed || event.valueLength() < 0)
        && timers.cancel(hash(id), of -> hasId(of, id))) {
      counters.cancelled();
    }
    if (arrival == Arrival.PENDING) {
      if (cron(cron, offset, true) == null) {
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
      cron(cron, offset, true);
      rearm(cron, id, dueMs, offset);
    } else if (delayed) {
      rearm(cron, id, dueMs, offset);
    }
  }

  /**
   * Arms the next timer of an event of which one has been released, if it is a repeating one: the
   * first that stands behind all that has been released.
   *
   * @param releasedMs when that one was due
   */
  void rearm(PackedEvent event, long releasedMs, long offset) throws IOException {
    rearm(event.header(cronName), event.header(idName), releasedMs, offset);
  }

  private void rearm(
      byte @Nullable [] expression, byte @Nullable [] id, long releasedMs, long offset)
      throws IOException {
    Cron cron = cron(expression, offset, false);
    if (cron == null) {
      return;
    }
    long dueMs;
    try {
      dueMs = next(cron, releasedMs, offset);
    } catch (BadSettingException e) {
      counters.badCron();
      LOG.warn("The event at offset {} of {} is not released again: {}", offset, log, reason(e));
      return;
    }
    if (dueMs != Cron.NONE) {
      timers.rearm(dueMs, offset);
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
    long[] lapsed = timers.lapsed().clone();
    Arrays.sort(lapsed);
    for (int at = 0; at < lapsed.length; at += READ_TOGETHER) {
      long[] some = Arrays.copyOfRange(lapsed, at, Math.min(lapsed.length, at + READ_TOGETHER));
      @Nullable Event[] found = events.find(some);
      for (int i = 0; i < some.length; i++) {
        Event event = found[i];
        if (event == null) {
          missing.accept(some[i]);
        } else {
          rearm(
              Releases.header(event.headers(), settings.cronHeader()),
              Releases.header(event.headers(), settings.idHeader()),
              event.dueTimeMs(),
              event.offset());
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
  private @Nullable Cron cron(byte @Nullable [] expression, long offset, boolean isNew) {
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
                    offset,
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
      events.look(
          place.offset(),
          event -> {
            byte[] cron = Releases.header(event.headers(), settings.cronHeader());
            repeating[0] = cron(cron, event.offset(), false) != null;
          });
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
}
