package io.varve;

import io.varve.base.BadSettingException;
import io.varve.commit.LogSettings;
import io.varve.event.StreamPartition;
import io.varve.subscribe.Backoff;
import io.varve.subscribe.DeliverySettings;

/**
 * How a subscription works. All but {@code start} may be others each time it is opened.
 *
 * @param start where it begins when it is new
 * @param delivery in which order, how many at once, how often and how soon again
 * @param commitEvents acknowledgements are written when there are so many; from 1
 * @param commitMs and when so much time has passed, milliseconds; from 1
 * @param sync whether they are to survive a power cut, and not only the end of the process
 * @param discoverMs how often it is looked whether a stream has new partitions, milliseconds; from
 *     1
 * @param deadStream the stream for events that are given up; empty for {@code
 *     <stream>.<subscription>.dead}. The generation and the partition are those of the log they
 *     come from
 * @param dead how its logs are written
 */
public record SubscriptionSettings(
    SubscriptionStart start,
    DeliverySettings delivery,
    int commitEvents,
    long commitMs,
    boolean sync,
    long discoverMs,
    String deadStream,
    LogSettings dead) {

  /** What is behind the names of a stream and a subscription in that of its dead letters. */
  public static final String DEAD_SUFFIX = ".dead";

  private static final SubscriptionSettings DEFAULTS =
      new SubscriptionSettings(
          SubscriptionStart.earliest(),
          DeliverySettings.DEFAULT,
          1000,
          100,
          true,
          5_000,
          "",
          LogSettings.defaults().withEventBytesMax(LogSettings.EVENT_BYTES_LIMIT));

  public SubscriptionSettings {
    if (commitEvents < 1) {
      throw new BadSettingException("commit.events", commitEvents, "a number from 1");
    }
    if (commitMs < 1) {
      throw new BadSettingException("commit.ms", commitMs, "a number from 1");
    }
    if (discoverMs < 1) {
      throw new BadSettingException("discover.ms", discoverMs, "a number from 1");
    }
    if (!deadStream.isEmpty()) {
      StreamPartition.checkStream(deadStream);
    }
  }

  /**
   * From the earliest event, in order of keys, acknowledgements synced ten times a second or every
   * thousand; {@link DeliverySettings#DEFAULT} for all else.
   */
  public static SubscriptionSettings defaults() {
    return DEFAULTS;
  }

  public SubscriptionSettings withStart(SubscriptionStart value) {
    return new SubscriptionSettings(
        value, delivery, commitEvents, commitMs, sync, discoverMs, deadStream, dead);
  }

  public SubscriptionSettings withDelivery(DeliverySettings value) {
    return new SubscriptionSettings(
        start, value, commitEvents, commitMs, sync, discoverMs, deadStream, dead);
  }

  public SubscriptionSettings withOrdered(boolean value) {
    return withDelivery(
        new DeliverySettings(
            value,
            delivery.inFlightMax(),
            delivery.inFlightBytesMax(),
            delivery.triesMax(),
            delivery.ackTimeoutMs(),
            delivery.backoff()));
  }

  /**
   * Bounds what is read and not acknowledged.
   *
   * @param events at most so many
   * @param bytes with at most so many bytes
   */
  public SubscriptionSettings withInFlightMax(int events, long bytes) {
    return withDelivery(
        new DeliverySettings(
            delivery.ordered(),
            events,
            bytes,
            delivery.triesMax(),
            delivery.ackTimeoutMs(),
            delivery.backoff()));
  }

  public SubscriptionSettings withTriesMax(int value) {
    return withDelivery(
        new DeliverySettings(
            delivery.ordered(),
            delivery.inFlightMax(),
            delivery.inFlightBytesMax(),
            value,
            delivery.ackTimeoutMs(),
            delivery.backoff()));
  }

  public SubscriptionSettings withAckTimeoutMs(long value) {
    return withDelivery(
        new DeliverySettings(
            delivery.ordered(),
            delivery.inFlightMax(),
            delivery.inFlightBytesMax(),
            delivery.triesMax(),
            value,
            delivery.backoff()));
  }

  public SubscriptionSettings withBackoff(Backoff value) {
    return withDelivery(
        new DeliverySettings(
            delivery.ordered(),
            delivery.inFlightMax(),
            delivery.inFlightBytesMax(),
            delivery.triesMax(),
            delivery.ackTimeoutMs(),
            value));
  }

  /** Writes acknowledgements after so many events, or so much time. */
  public SubscriptionSettings withCommit(int events, long ms) {
    return new SubscriptionSettings(
        start, delivery, events, ms, sync, discoverMs, deadStream, dead);
  }

  public SubscriptionSettings withSync(boolean value) {
    return new SubscriptionSettings(
        start, delivery, commitEvents, commitMs, value, discoverMs, deadStream, dead);
  }

  public SubscriptionSettings withDiscoverMs(long value) {
    return new SubscriptionSettings(
        start, delivery, commitEvents, commitMs, sync, value, deadStream, dead);
  }

  public SubscriptionSettings withDeadStream(String value) {
    return new SubscriptionSettings(
        start, delivery, commitEvents, commitMs, sync, discoverMs, value, dead);
  }

  public SubscriptionSettings withDead(LogSettings value) {
    return new SubscriptionSettings(
        start, delivery, commitEvents, commitMs, sync, discoverMs, deadStream, value);
  }
}
