package io.varve.connect.source.schedule;

import io.varve.SchedulerMetrics;
import io.varve.base.Clock;
import io.varve.event.StreamPartition;
import io.varve.metrics.Latency;
import io.varve.metrics.LatencyRecorder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was delivered of one log since the task started, and what its scheduler tells.
 *
 * <p>Thread: the task's; the getters are safe from any.
 */
final class Delivered {

  private final StreamPartition log;
  private final Supplier<@Nullable SchedulerMetrics> scheduler;
  private final AtomicLong committed;
  private final LatencyRecorder lateness = new LatencyRecorder(Clock.SYSTEM);

  private final LongAdder events = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  private volatile long position;
  private volatile long endOffset;

  /**
   * @param scheduler what it has done; null before it is open
   * @param committed the first offset of the ready log that Kafka does not have
   */
  Delivered(
      StreamPartition log, Supplier<@Nullable SchedulerMetrics> scheduler, AtomicLong committed) {
    this.log = log;
    this.scheduler = scheduler;
    this.committed = committed;
    this.position = committed.get();
    this.endOffset = position;
  }

  /** Counts an event that the worker is given. */
  void add(long lateMs) {
    lateness.record(TimeUnit.MILLISECONDS.toNanos(lateMs));
  }

  /** Shows others how far it is. */
  void update(ReadyLog ready, long moreEvents, long moreBytes) {
    events.add(moreEvents);
    bytes.add(moreBytes);
    position = ready.position();
    endOffset = ready.endOffset();
  }

  StreamPartition log() {
    return log;
  }

  /** What the scheduler has done; null before it is open. */
  @Nullable SchedulerMetrics scheduler() {
    return scheduler.get();
  }

  /** How much later than due events were given to the worker, lately. */
  Latency lateness() {
    return lateness.latency();
  }

  long events() {
    return events.sum();
  }

  long bytes() {
    return bytes.sum();
  }

  /** The first offset of the ready log that the worker was not given. */
  long position() {
    return position;
  }

  /** Those that the worker was given and Kafka has not taken, as far as is known. */
  long uncommitted() {
    return Math.max(0, position - committed.get());
  }

  /** Those that are due and that the worker was not given. */
  long lag() {
    return Math.max(0, endOffset - position);
  }
}
