package io.varve.delay;

/**
 * A timer that is pending.
 *
 * @param dueMs when it is due, milliseconds since the Unix epoch
 * @param offset of the event that waits for it, in its log
 * @param repeating whether the event is released again, later
 */
public record Timer(long dueMs, long offset, boolean repeating) {

  /** The number that an entry of a repeating timer has in a run; that of all others is 0. */
  static final int REPEATING = 1;

  static Timer of(EntryCursor entry) {
    return new Timer(entry.key(), entry.offset(), entry.extra() == REPEATING);
  }
}
