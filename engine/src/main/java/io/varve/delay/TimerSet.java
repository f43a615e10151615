package io.varve.delay;

import io.varve.format.Progress;

/**
 * Timers of which something is known, until they are released.
 *
 * <p>Thread: confined to one.
 */
final class TimerSet {

  private static final int COUNT_MIN = 1024;

  /** By their offsets, with their due times. */
  private EntryTable timers = new EntryTable();

  private int tidyAt = COUNT_MIN;

  /**
   * Adds a timer.
   *
   * @param released what has been released may be forgotten
   */
  void add(long dueMs, long offset, Progress released) {
    if (timers.count() >= tidyAt) {
      forget(released);
    }
    timers.add(offset, offset, dueMs, false);
  }

  boolean contains(long dueMs, long offset) {
    return timers.count() > 0 && timers.contains(offset, dueMs);
  }

  /** Forgets timers that have been released, and looks again when there are twice as many. */
  private void forget(Progress released) {
    EntryTable left = new EntryTable();
    for (int i = 0; i < timers.count(); i++) {
      if (released.isBehind(timers.extra(i), timers.key(i))) {
        left.add(timers.key(i), timers.key(i), timers.extra(i), false);
      }
    }
    timers = left;
    tidyAt = Math.max(COUNT_MIN, 2 * left.count());
  }

  /** Forgets all. */
  void clear() {
    timers = new EntryTable();
    tidyAt = COUNT_MIN;
  }

  long bytes() {
    return timers.bytes();
  }
}
