package io.varve.testkit;

import io.varve.event.Event;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What must be true of one log, whatever becomes of the machine:
 *
 * <ol>
 *   <li>the log is the newest owner's timeline up to some offset: what it found when it took over,
 *       and behind that what it appended, without a hole and with the bytes that were given;
 *   <li>that offset is at least as high as any that was acknowledged or shown to a reader.
 * </ol>
 */
public final class LogModel {

  private final NavigableMap<Long, Event> timeline = new TreeMap<>();
  private long acknowledged;

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

  /** The first event behind {@code offset}. */
  public Optional<Event> after(long offset) {
    return Optional.ofNullable(timeline.higherEntry(offset)).map(NavigableMap.Entry::getValue);
  }

  /** The events with offsets in [from, to). */
  public List<Event> between(long from, long to) {
    return from >= to ? List.of() : List.copyOf(timeline.subMap(from, to).values());
  }

  LogModel copy() {
    LogModel copy = new LogModel();
    copy.timeline.putAll(timeline);
    copy.acknowledged = acknowledged;
    return copy;
  }
}
