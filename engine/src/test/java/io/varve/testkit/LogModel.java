package io.varve.testkit;

import io.varve.event.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What must be true of one log, whatever becomes of the machine:
 *
 * <ol>
 *   <li>the log is the newest owner's timeline up to some offset: what it found when it took over,
 *       and behind that what it appended, without a hole and with the bytes that were given;
 *   <li>that offset is at least as high as any that was acknowledged or shown to a reader;
 *   <li>of a log that is compacted, events may be missing of which a later one has the key, and
 *       tombstones that have stayed long enough; then nothing is left that they took away.
 * </ol>
 */
public final class LogModel {

  private static final long NEVER = -1;

  private final NavigableMap<Long, Event> timeline = new TreeMap<>();
  private long acknowledged;
  private long tombstonesMs = NEVER;

  /**
   * From now on the log is compacted.
   *
   * @param stayMs how long tombstones stay
   */
  public void compacted(long stayMs) {
    tombstonesMs = stayMs;
  }

  /** The newest owner has appended an event. */
  public void append(Event event) {
    timeline.put(event.offset(), event);
  }

  /** Somebody was told, or has seen, that all events below {@code next} are durable. */
  public void acknowledge(long next) {
    acknowledged = Math.max(acknowledged, next);
  }

  /** Every event with a lower offset must be found from now on. */
  public long acknowledged() {
    return acknowledged;
  }

  /** A new owner goes on at {@code next}; what the one before appended behind that is gone. */
  public void takeOver(long next) {
    if (next < acknowledged) {
      throw new AssertionError(
          "A new owner goes on at offset " + next + ", but " + acknowledged + " was acknowledged");
    }
    timeline.tailMap(next, true).clear();
    acknowledge(next);
  }

  /**
   * Checks that {@code event} is the next one that a reader may be shown behind {@code before}.
   *
   * @param nowMs the time, milliseconds since the Unix epoch
   */
  public void checkNext(long before, Event event, long nowMs) {
    if (!event.equals(timeline.get(event.offset())) || event.offset() <= before) {
      throw new AssertionError("Behind offset " + before + " there is no " + event);
    }
    checkMissing(between(before + 1, event.offset()), Long.MAX_VALUE, nowMs);
  }

  /**
   * Checks that {@code found} is all of the log's events in [from, to), as far as they must still
   * be there.
   *
   * @param nowMs the time, milliseconds since the Unix epoch
   */
  public void checkAll(List<Event> found, long from, long to, long nowMs) {
    List<Event> appended = between(from, to);
    checkMissing(missing(found, appended), to, nowMs);
    if (!latest(found).equals(latest(appended))) {
      throw new AssertionError("The latest events by key are not those that were appended");
    }
  }

  /**
   * Checks that {@code found} are {@code some} of the log's events, as far as they must still be
   * there.
   *
   * @param nowMs the time, milliseconds since the Unix epoch
   */
  public void checkSome(List<Event> found, List<Event> some, long nowMs) {
    checkMissing(missing(found, some), Long.MAX_VALUE, nowMs);
  }

  private static List<Event> missing(List<Event> found, List<Event> appended) {
    List<Event> missing = new ArrayList<>();
    int next = 0;
    for (Event event : appended) {
      if (next < found.size() && found.get(next).equals(event)) {
        next++;
      } else {
        missing.add(event);
      }
    }
    if (next < found.size()) {
      throw new AssertionError(
          "Expected "
              + appended.size()
              + " events or less in their order; found another: "
              + found.get(next));
    }
    return missing;
  }

  private void checkMissing(List<Event> missing, long to, long nowMs) {
    for (Event event : missing) {
      if (!mayBeMissing(event, to, nowMs)) {
        throw new AssertionError("Missing, and nothing has taken its place: " + event);
      }
    }
  }

  private boolean mayBeMissing(Event event, long to, long nowMs) {
    if (tombstonesMs == NEVER || event.key() == null) {
      return false;
    }
    boolean expired = event.value() == null && nowMs - event.timestampMs() > tombstonesMs;
    return expired
        || between(event.offset() + 1, to).stream()
            .anyMatch(later -> Arrays.equals(later.key(), event.key()));
  }

  /** The latest event of each key that has a value, and those without a key. */
  private static Map<String, Event> latest(List<Event> events) {
    Map<String, Event> latest = new HashMap<>();
    for (Event event : events) {
      if (event.key() == null) {
        latest.put("offset " + event.offset(), event);
      } else if (event.value() == null) {
        latest.remove(Arrays.toString(event.key()));
      } else {
        latest.put(Arrays.toString(event.key()), event);
      }
    }
    return latest;
  }

  /**
   * The events with offsets below {@code to} that are left once all is compacted and no tombstone
   * has to stay, but the last event.
   */
  public List<Event> left(long to) {
    return between(0, to).stream()
        .filter(
            event ->
                timeline.lowerKey(to) == event.offset() || !mayBeMissing(event, to, Long.MAX_VALUE))
        .toList();
  }

  /** The events with offsets in [from, to). */
  public List<Event> between(long from, long to) {
    return from >= to ? List.of() : List.copyOf(timeline.subMap(from, to).values());
  }

  LogModel copy() {
    LogModel copy = new LogModel();
    copy.timeline.putAll(timeline);
    copy.acknowledged = acknowledged;
    copy.tombstonesMs = tombstonesMs;
    return copy;
  }
}
