package io.varve.connect.sink;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import org.jspecify.annotations.Nullable;

/** Finds single events of a log. */
final class StoredEvents {
  private StoredEvents() {}

  /**
   * The log's last event, or null if it holds none. Looks ever farther back from the end, since a
   * log may end with a gap.
   */
  static @Nullable Event last(Store store, StreamPartition log, long startOffset, long nextOffset) {
    long to = nextOffset;
    for (long step = 1; to > startOffset; step *= 4) {
      long from = Math.max(startOffset, to - step);
      Event last = null;
      try (LogReader reader = store.openReader(log, ReadRange.offsets(from, to))) {
        while (reader.next()) {
          last = reader.event().toEvent();
        }
      }
      if (last != null) {
        return last;
      }
      to = from;
    }
    return null;
  }

  /** The first event from {@code offset} on, or null. */
  static @Nullable Event firstFrom(Store store, StreamPartition log, long offset, long nextOffset) {
    try (LogReader reader = store.openReader(log, ReadRange.offsets(offset, nextOffset))) {
      return reader.next() ? reader.event().toEvent() : null;
    }
  }
}
