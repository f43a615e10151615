package io.varve;

import io.varve.base.Clock;
import io.varve.delay.PendingTimers;
import io.varve.metrics.LatencyRecorder;
import java.util.concurrent.TimeUnit;

/**
 * What a scheduler counts.
 *
 * <p>Thread: the scheduler's, but for {@link #metrics}.
 */
final class SchedulerCounters {

  private final LatencyRecorder lateness;

  private long taken;
  private long released;
  private long overdue;
  private long late;
  private long dropped;
  private long cancelled;
  private long missing;
  private long clockJumps;
  private long lastClockJumpMs;

  private volatile Shown shown = new Shown(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, 0, 0);

  /** The numbers at the end of a step. */
  private record Shown(
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
      long clockJumps,
      long lastClockJumpMs,
      boolean held,
      long memoryBytes,
      int files) {}

  SchedulerCounters(Clock clock) {
    this.lateness = new LatencyRecorder(clock);
  }

  void taken() {
    taken++;
  }

  void late() {
    taken++;
    late++;
  }

  void released(long lateMs, boolean wasOverdue) {
    released++;
    overdue += wasOverdue ? 1 : 0;
    lateness.record(TimeUnit.MILLISECONDS.toNanos(lateMs));
  }

  void dropped() {
    dropped++;
  }

  void cancelled() {
    cancelled++;
  }

  void missing() {
    missing++;
  }

  void clockJumped(long ms) {
    clockJumps++;
    lastClockJumpMs = ms;
  }

  /** Shows others what was counted. */
  void publish(PendingTimers timers, long endOffset, boolean held) {
    shown =
        new Shown(
            timers.progress().nextOffset(),
            endOffset,
            timers.pending(),
            taken,
            released,
            overdue,
            late,
            dropped,
            cancelled,
            missing,
            clockJumps,
            lastClockJumpMs,
            held,
            timers.memoryBytes(),
            timers.files());
  }

  SchedulerMetrics metrics() {
    Shown now = shown;
    return new SchedulerMetrics(
        now.nextOffset,
        now.endOffset,
        now.pending,
        now.taken,
        now.released,
        now.overdue,
        now.late,
        now.dropped,
        now.cancelled,
        now.missing,
        lateness.latency(),
        now.clockJumps,
        now.lastClockJumpMs,
        now.held,
        now.memoryBytes,
        now.files);
  }
}
