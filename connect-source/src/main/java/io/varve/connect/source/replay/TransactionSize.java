package io.varve.connect.source.replay;

import io.varve.connect.source.config.BatchLimits;
import java.util.concurrent.TimeUnit;

/**
 * How much to put into one transaction: as much as was lately sent and committed in about the
 * wanted time. Small ones cost throughput, since each is committed on its own; one that takes long
 * holds up readers of the topic, and the task when it is to stop.
 *
 * <p>Doubles while full transactions take less than half the time, halves when one takes more than
 * twice of it.
 */
final class TransactionSize {

  private static final int EVENTS_MIN = 100;
  private static final long BYTES_MIN = 64 << 10;

  private final BatchLimits max;
  private final long wantedNanos;
  private BatchLimits limits;

  /**
   * @param first the limits to begin with
   * @param max the limits never to exceed
   */
  TransactionSize(BatchLimits first, BatchLimits max, long wantedMs) {
    this.max = max;
    this.wantedNanos = TimeUnit.MILLISECONDS.toNanos(Math.max(wantedMs, 100));
    this.limits =
        new BatchLimits(
            Math.min(first.eventsMax(), max.eventsMax()),
            Math.min(first.bytesMax(), max.bytesMax()));
  }

  BatchLimits limits() {
    return limits;
  }

  /** Tells how long the worker took to send and commit a transaction. */
  void sent(boolean full, long nanos) {
    if (nanos > 2 * wantedNanos) {
      limits =
          new BatchLimits(
              Math.max(Math.min(EVENTS_MIN, max.eventsMax()), limits.eventsMax() / 2),
              Math.max(Math.min(BYTES_MIN, max.bytesMax()), limits.bytesMax() / 2));
    } else if (full && nanos < wantedNanos / 2) {
      limits =
          new BatchLimits(
              (int) Math.min(max.eventsMax(), 2L * limits.eventsMax()),
              Math.min(max.bytesMax(), 2 * limits.bytesMax()));
    }
  }
}
