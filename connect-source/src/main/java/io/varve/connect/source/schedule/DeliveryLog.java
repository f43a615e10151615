package io.varve.connect.source.schedule;

import io.varve.SchedulerMetrics;
import io.varve.metrics.Latency;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log every ten seconds what was delivered, while something is.
 *
 * <p>Thread: confined to the task's.
 */
final class DeliveryLog {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLog.class);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String streams;
  private final List<Delivered> logs;
  private long lastNanos = System.nanoTime();
  private long lastEvents;

  DeliveryLog(String streams, List<Delivered> logs) {
    this.streams = streams;
    this.logs = logs;
  }

  void update(long nowNanos) {
    if (nowNanos - lastNanos < INTERVAL_NANOS) {
      return;
    }
    lastNanos = nowNanos;
    long events = logs.stream().mapToLong(Delivered::events).sum();
    if (events == lastEvents) {
      return;
    }
    long pending = 0;
    long p99 = 0;
    for (Delivered log : logs) {
      SchedulerMetrics scheduler = log.scheduler();
      pending += scheduler == null ? 0 : scheduler.pending();
      Latency lateness = log.lateness();
      p99 = Math.max(p99, lateness.p99Nanos());
    }
    LOG.info(
        "schedule of {}: {} events delivered, {} so far; {} pending; lately 99 of 100 were at most {} ms"
            + " late",
        streams,
        events - lastEvents,
        events,
        pending,
        TimeUnit.NANOSECONDS.toMillis(p99));
    lastEvents = events;
  }
}
