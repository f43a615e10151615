package io.varve;

import io.varve.subscribe.DeliveryFigures;

/**
 * What a subscription has done since it was opened, at one moment.
 *
 * @param backlog offsets of the logs that are read now which are not acknowledged, as far as is
 *     known; those of gaps that are yet to be read count too
 * @param oldestAgeMs how old the oldest event is that was read and is not acknowledged, by its
 *     timestamp, milliseconds; 0 if there is none
 * @param deliveries of events
 * @param missedOffsets offsets that were not acknowledged and not in the log when it was opened
 * @param commits how often acknowledgements were written
 * @param durableAcks how many of the acknowledgements are durable
 * @param consumers open ones
 * @param stateMemoryBytes memory of the RocksDB that its state is in, when that was written last
 */
public record SubscriptionMetrics(
    long backlog,
    long oldestAgeMs,
    DeliveryFigures deliveries,
    long missedOffsets,
    long commits,
    long durableAcks,
    int consumers,
    long stateMemoryBytes) {

  /** Events with consumers. */
  public int inFlight() {
    return deliveries.out();
  }

  /** Events that wait for another try. */
  public int waitingRetries() {
    return deliveries.delayed();
  }
}
