package io.varve;

import io.varve.metrics.Latency;

/**
 * What a scheduler has done since it was opened, at one moment.
 *
 * @param nextOffset events of the log with lower offsets have been taken in
 * @param endOffset every event published so far, as is known, has a lower offset
 * @param pending timers that are neither released nor cancelled
 * @param taken timers taken in
 * @param released events released
 * @param overdue of those, how many had been due before the scheduler was opened
 * @param late of those, how many were due before others that had been released when they came
 * @param dropped events that were overdue and not released
 * @param cancelled timers cancelled, or replaced by others with the same id
 * @param missing events that were due and are not in the log any more
 * @param rearmed how often a repeating event was given the next time at which it is due
 * @param badCrons events whose cron expression is bad, so that they are released once only
 * @param lateness lately, how much later than it was due an event was handed to the ready log
 * @param clockJumps how often the machine's clock jumped
 * @param lastClockJumpMs by how much it did so last, milliseconds; negative if it went back
 * @param waitingForClock whether an event waits for a clock that went back to be where it was
 * @param memoryBytes memory for what is pending, bytes
 * @param files files of what is pending
 */
public record SchedulerMetrics(
    long nextOffset,
    long endOffset,
    long pending,
    long taken,
    long released,
    long overdue,
    long late,
    long dropped,
    long cancelled,
    long missing,
    long rearmed,
    long badCrons,
    Latency lateness,
    long clockJumps,
    long lastClockJumpMs,
    boolean waitingForClock,
    long memoryBytes,
    int files) {

  static final SchedulerMetrics NONE =
      new SchedulerMetrics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Latency.NONE, 0, 0, false, 0, 0);

  SchedulerMetrics withLateness(Latency value) {
    return new SchedulerMetrics(
        nextOffset,
        endOffset,
        pending,
        taken,
        released,
        overdue,
        late,
        dropped,
        cancelled,
        missing,
        rearmed,
        badCrons,
        value,
        clockJumps,
        lastClockJumpMs,
        waitingForClock,
        memoryBytes,
        files);
  }
}
