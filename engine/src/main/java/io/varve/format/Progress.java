package io.varve.format;

/**
 * How far a scheduler is: of all timers with offsets below {@code nextOffset}, those up to and with
 * {@code (dueMs, offset)} have been released, and no others.
 *
 * @param nextOffset events of the log with lower offsets have been taken in
 * @param dueMs due time of the last timer in order that was released
 * @param offset that timer's; where due times are equal, lower ones come first
 */
public record Progress(long nextOffset, long dueMs, long offset) {

  /** Nothing has been taken in. */
  public static final Progress NONE = new Progress(0, Long.MIN_VALUE, -1);

  /** Whether a timer has been released, as far as this tells. */
  public boolean covers(long timerDueMs, long timerOffset) {
    return timerOffset < nextOffset && !isBehind(timerDueMs, timerOffset);
  }

  /** Whether a timer comes behind the last one in order that was released. */
  public boolean isBehind(long timerDueMs, long timerOffset) {
    return EntryBlock.isBefore(dueMs, offset, timerDueMs, timerOffset);
  }
}
