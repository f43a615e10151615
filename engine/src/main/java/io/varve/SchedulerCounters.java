package io.varve;

import io.varve.base.Clock;
import io.varve.delay.PendingTimers;
import io.varve.metrics.Latency;
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
  private long rearmed;
  private long badCrons;
  private long clockJumps;
  private long lastClockJumpMs;

  /** The numbers at the end of a step, without the lateness. */
  private volatile SchedulerMetrics shown = SchedulerMetrics.NONE;

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

  void rearmed() {
    rearmed++;
  }

  void badCron() {
    badCrons++;
  }

  void clockJumped(long ms) {
    clockJumps++;
    lastClockJumpMs = ms;
  }

  /** Shows others what was counted. */
  void publish(PendingTimers timers, long aheadBytes, long endOffset, boolean held) {
    shown =
        new SchedulerMetrics(
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
            rearmed,
            badCrons,
            Latency.NONE,
            clockJumps,
            lastClockJumpMs,
            held,
            timers.memoryBytes() + aheadBytes,
            timers.files());
  }

  SchedulerMetrics metrics() {
    return shown.withLateness(lateness.latency());
  }
}
