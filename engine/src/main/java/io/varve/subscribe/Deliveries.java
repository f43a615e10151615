package io.varve.subscribe;

import io.varve.event.StreamPartition;
import io.varve.subscribe.HeldEvent.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the events of a subscription: they are taken from the logs, handed out, and
 * acknowledged, or tried again, or given up. See the invariants of the room.
 *
 * <pre>
 *            behind ──▶ ready ──▶ out ──▶ settled
 *  take ──▶    │          ▲        │
 *              └──────▶   └─ delayed ◀┤
 *                                  └──▶ dying ──▶ settled
 * </pre>
 *
 * <p>Times in nanoseconds are the clock's that never goes back; those in milliseconds are written
 * down, and matter when the state is opened again.
 *
 * <p>Thread: guarded by the subscription's lock.
 */
public final class Deliveries {

  private static final long NANOS_PER_MS = 1_000_000;

  private final DeliverySettings settings;
  private final Map<StreamPartition, LogCursor> cursors = new LinkedHashMap<>();
  private final KeyChains chains = new KeyChains();
  private final ArrayDeque<HeldEvent> ready = new ArrayDeque<>();
  private final Deadlines deadlines = new Deadlines();
  private final List<HeldEvent> dying = new ArrayList<>();
  private final DeliveryCounters counters = new DeliveryCounters();

  // What the next change writes.
  private final List<HeldEvent> retriesChanged = new ArrayList<>();
  private StateChange change = new StateChange();

  private int held;
  private long heldBytes;
  private int out;
  private int delayed;
  private int dyingCount;
  private long random;

  /**
   * @param seed of what is left to chance
   */
  public Deliveries(DeliverySettings settings, long seed) {
    this.settings = settings;
    this.random = seed;
  }

  /** Takes up a log, where its cursor was saved. */
  public LogCursor add(StreamPartition log, SubscriptionState state) {
    SavedCursor saved = state.cursors().getOrDefault(log, SavedCursor.at(0));
    LogCursor cursor = new LogCursor(log, saved, state.retries(log));
    cursors.put(log, cursor);
    return cursor;
  }

  /** Takes up a log that the state doesn't know, from {@code offset} on. */
  public LogCursor addNew(StreamPartition log, long offset) {
    SubscriptionState none = new SubscriptionState("nowhere");
    none.cursors().put(log, SavedCursor.at(offset));
    LogCursor cursor = add(log, none);
    cursor.changed = true;
    return cursor;
  }

  /** The cursor of a log; null if it wasn't taken up. */
  public @Nullable LogCursor cursor(StreamPartition log) {
    return cursors.get(log);
  }

  public Collection<LogCursor> cursors() {
    return cursors.values();
  }

  /** How many more events may be taken. */
  public int room() {
    return heldBytes >= settings.inFlightBytesMax() ? 0 : settings.inFlightMax() - held;
  }

  /** How many bytes more; what is begun with is finished. */
  public long roomBytes() {
    return settings.inFlightBytesMax() - heldBytes;
  }

  /** Takes an event that its cursor has not acknowledged, in the order of its log. */
  public void take(HeldEvent event, long nowNanos, long nowMs) {
    LogCursor cursor = event.cursor;
    long offset = event.event().offset();
    skipRetries(cursor, offset);
    cursor.add(event);
    held++;
    heldBytes += event.bytes;
    event.atNanos = nowNanos;
    SavedRetry retry = cursor.retry(offset);
    if (retry != null) {
      long left = Math.min(retry.delayMs(), Math.max(0, retry.atMs() - nowMs));
      event.tries = retry.tries();
      event.reason = retry.reason();
      event.retryAtMs = nowMs + left;
      event.retryDelayMs = left;
      event.retrySaved = true;
      event.atNanos = nowNanos + left * NANOS_PER_MS;
    }
    if (settings.ordered() && event.keyed) {
      HeldEvent before = chains.add(event);
      if (before != null) {
        before.nextOfKey = event;
        return;
      }
    }
    promote(event, nowNanos);
  }

  /** All events of a log below {@code offset} have been taken, or are acknowledged. */
  public void takenTo(LogCursor cursor, long offset) {
    skipRetries(cursor, offset);
    cursor.takenTo(offset);
  }

  /** Events with tries that are not in the log any more: compaction took them. */
  private void skipRetries(LogCursor cursor, long below) {
    for (long offset; (offset = cursor.takeRetryBelow(below)) >= 0; ) {
      change.noRetry(cursor.log(), offset);
      if (cursor.behindAcknowledged(offset) == offset) {
        counters.missing++;
      }
    }
  }

  /**
   * A log is read from {@code start} on, because what is before isn't there.
   *
   * @return how many offsets before that were neither acknowledged nor read
   */
  public long startsAt(LogCursor cursor, long start) {
    if (start <= cursor.takenTo()) {
      return 0;
    }
    long missed = cursor.missedBelow(start);
    takenTo(cursor, start);
    return missed;
  }

  /** The first of its key, or one without: it is next to be delivered, when the time has come. */
  private void promote(HeldEvent event, long nowNanos) {
    if (settings.isLast(event.tries)) {
      event.state = State.DYING;
      dying.add(event);
      dyingCount++;
    } else if (event.atNanos - nowNanos > 0) {
      event.state = State.DELAYED;
      deadlines.add(event);
      delayed++;
    } else {
      event.state = State.READY;
      ready.add(event);
    }
  }

  /** Whether anything waits to be delivered. */
  public boolean isReady() {
    while (!ready.isEmpty() && ready.getFirst().state != State.READY) {
      // It was acknowledged late.
      ready.removeFirst();
    }
    return !ready.isEmpty();
  }

  /** Hands an event out; null if none is ready. */
  public @Nullable HeldEvent next(Object consumer, long nowNanos) {
    if (!isReady()) {
      return null;
    }
    HeldEvent event = ready.removeFirst();
    event.state = State.OUT;
    event.consumer = consumer;
    event.atNanos = nowNanos + settings.ackTimeoutMs() * NANOS_PER_MS;
    deadlines.add(event);
    out++;
    counters.delivered++;
    if (event.tries > 0 || event.token > 0) {
      counters.redelivered++;
    }
    event.token++;
    return event;
  }

  /**
   * An event is done with. It counts too if it comes late, but was not delivered again meanwhile.
   *
   * @param token the delivery's
   * @return whether it counts
   */
  public boolean acknowledge(HeldEvent event, long token, long nowNanos) {
    if (event.token != token) {
      return false;
    }
    switch (event.state) {
      case OUT -> takeBack(event);
      case DELAYED -> {
        deadlines.remove(event);
        delayed--;
      }
      case READY -> {
        // It stays in the queue, which knows it by its state.
      }
      default -> {
        return false;
      }
    }
    counters.acknowledged++;
    settle(event, nowNanos);
    return true;
  }

  /**
   * A delivery has failed.
   *
   * @param delayMs how long the event is to wait; -1 for as long as the settings say
   * @return whether it counts; not if the event is no longer out with it
   */
  public boolean refuse(
      HeldEvent event, long token, long delayMs, String reason, long nowNanos, long nowMs) {
    if (event.token != token || event.state != State.OUT) {
      return false;
    }
    counters.refused++;
    retry(event, delayMs, reason, nowNanos, nowMs);
    return true;
  }

  /** Gives a delivery until {@code untilNanos}; returns whether it was in time for that. */
  public boolean extend(HeldEvent event, long token, long untilNanos) {
    if (event.token != token || event.state != State.OUT) {
      return false;
    }
    deadlines.remove(event);
    event.atNanos = untilNanos;
    deadlines.add(event);
    return true;
  }

  /** Does what is due: deliveries that are too late fail, waits are over. */
  public void expire(long nowNanos, long nowMs) {
    for (HeldEvent event; (event = deadlines.first()) != null && event.atNanos - nowNanos <= 0; ) {
      if (event.state == State.OUT) {
        counters.late++;
        String reason = "not acknowledged within " + settings.ackTimeoutMs() + " ms";
        retry(event, -1, reason, nowNanos, nowMs);
      } else {
        deadlines.remove(event);
        delayed--;
        promote(event, nowNanos);
      }
    }
  }

  /** When {@link #expire} has something to do next, if nothing else happens; or the farthest. */
  public long nextDueNanos(long nowNanos) {
    HeldEvent first = deadlines.first();
    return first == null ? nowNanos + Long.MAX_VALUE / 2 : first.atNanos;
  }

  /** What is out with a consumer is ready again, before all else, and no try has failed. */
  public void giveBack(Object consumer) {
    List<HeldEvent> back = new ArrayList<>();
    for (LogCursor cursor : cursors.values()) {
      for (HeldEvent event = cursor.first(); event != null; event = event.after) {
        if (event.state == State.OUT && event.consumer == consumer) {
          back.add(event);
        }
      }
    }
    for (int i = back.size() - 1; i >= 0; i--) {
      HeldEvent event = back.get(i);
      takeBack(event);
      event.state = State.READY;
      ready.addFirst(event);
    }
  }

  private void takeBack(HeldEvent event) {
    deadlines.remove(event);
    event.consumer = null;
    out--;
  }

  private void retry(HeldEvent event, long delayMs, String reason, long nowNanos, long nowMs) {
    takeBack(event);
    event.tries++;
    event.reason = SavedRetry.bounded(reason);
    event.retryDelayMs =
        delayMs >= 0 ? delayMs : settings.backoff().delayMs(event.tries, nextRandom());
    event.retryAtMs = nowMs + event.retryDelayMs;
    event.atNanos = nowNanos + event.retryDelayMs * NANOS_PER_MS;
    retryChanged(event);
    promote(event, nowNanos);
  }

  private void retryChanged(HeldEvent event) {
    if (!event.retryChanged) {
      event.retryChanged = true;
      retriesChanged.add(event);
    }
  }

  /** SplitMix64 (Steele, Lea and Flood, 2014). */
  private long nextRandom() {
    random += 0x9e3779b97f4a7c15L;
    long z = (random ^ (random >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private void settle(HeldEvent event, long nowNanos) {
    event.state = State.SETTLED;
    event.cursor.remove(event);
    held--;
    heldBytes -= event.bytes;
    if (event.retrySaved) {
      retryChanged(event);
    }
    if (settings.ordered() && event.keyed) {
      HeldEvent next = event.nextOfKey;
      event.nextOfKey = null;
      if (next == null) {
        chains.remove(event.keyHash);
      } else {
        promote(next, nowNanos);
      }
    }
  }

  /** The events that have had their last try and were not asked for yet. */
  public List<HeldEvent> takeDying() {
    List<HeldEvent> taken = List.copyOf(dying);
    dying.clear();
    return taken;
  }

  /** Whether {@link #takeDying} has any. */
  public boolean isDying() {
    return !dying.isEmpty();
  }

  /** An event is durable as a dead letter. */
  public void dead(HeldEvent event, long nowNanos) {
    counters.deadLetters++;
    dyingCount--;
    settle(event, nowNanos);
  }

  /** Dead letters of a log with offsets below {@code offset} are of events that are settled. */
  public void deadTo(StreamPartition deadLog, long offset) {
    change.dead(deadLog, offset);
  }

  /** Whether there is anything to be written. */
  public boolean isChanged() {
    if (!retriesChanged.isEmpty() || !change.isEmpty()) {
      return true;
    }
    for (LogCursor cursor : cursors.values()) {
      if (cursor.changed) {
        return true;
      }
    }
    return false;
  }

  /** What is to be written since it was last asked for. */
  public StateChange takeChange() {
    StateChange taken = change;
    change = new StateChange();
    for (LogCursor cursor : cursors.values()) {
      if (cursor.changed) {
        cursor.changed = false;
        taken.cursor(cursor.log(), cursor.save());
      }
    }
    for (HeldEvent event : retriesChanged) {
      event.retryChanged = false;
      if (event.state != State.SETTLED) {
        event.retrySaved = true;
        String reason = event.reason == null ? "" : event.reason;
        taken.retry(
            event.log(),
            event.event().offset(),
            new SavedRetry(event.tries, event.retryAtMs, event.retryDelayMs, reason));
      } else if (event.retrySaved) {
        taken.noRetry(event.log(), event.event().offset());
      }
    }
    retriesChanged.clear();
    return taken;
  }

  public DeliveryFigures figures() {
    long oldestMs = -1;
    for (LogCursor cursor : cursors.values()) {
      HeldEvent first = cursor.first();
      if (first != null && first.event().timestampMs() >= 0) {
        long ms = first.event().timestampMs();
        oldestMs = oldestMs < 0 ? ms : Math.min(oldestMs, ms);
      }
    }
    return new DeliveryFigures(
        held,
        heldBytes,
        out,
        delayed,
        dyingCount,
        oldestMs,
        counters.delivered,
        counters.redelivered,
        counters.acknowledged,
        counters.refused,
        counters.late,
        counters.deadLetters,
        counters.missing);
  }
}
