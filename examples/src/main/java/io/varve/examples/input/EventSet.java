package io.varve.examples.input;

import io.varve.examples.event.DemoEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Events to run the demo with.
 *
 * <p>Thread: immutable.
 *
 * @param origin where they come from, in words for the screen
 */
public record EventSet(List<DemoEvent> events, String origin) {

  /** Copies {@code events}. */
  public EventSet {
    events = List.copyOf(events);
  }

  /** When they happened, in their order. */
  public long[] timesMs() {
    return events.stream().mapToLong(DemoEvent::timestampMs).toArray();
  }

  /** Exactly {@code count} events: the first ones, or all of them again and again. */
  public EventSet exactly(int count) {
    if (events.isEmpty() || count == events.size()) {
      return this;
    }
    if (count < events.size()) {
      return new EventSet(events.subList(0, count), "the first %,d of %s".formatted(count, origin));
    }
    List<DemoEvent> repeated = new ArrayList<>(count);
    while (repeated.size() < count) {
      repeated.addAll(events.subList(0, Math.min(events.size(), count - repeated.size())));
    }
    return new EventSet(
        repeated, "%s, gone through %.1f times".formatted(origin, (double) count / events.size()));
  }
}
