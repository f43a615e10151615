package io.varve.subscribe;

import io.varve.base.BadSettingException;

/**
 * How a subscription delivers events.
 *
 * @param ordered whether an event waits until all earlier ones with its key are acknowledged
 * @param inFlightMax how many events may be read and not acknowledged, those that wait for another
 *     try or behind one with their key included; 1 to 1,000,000
 * @param inFlightBytesMax how many bytes of keys and values these may have; from 1. One event is
 *     delivered however large it is
 * @param triesMax how often an event is delivered before it becomes a dead letter, from 1; -1 for
 *     as often as it takes
 * @param ackTimeoutMs an event that isn't acknowledged so long after its delivery is delivered
 *     again, milliseconds; 1 to a year
 * @param backoff how long an event waits before it is delivered again
 */
public record DeliverySettings(
    boolean ordered,
    int inFlightMax,
    long inFlightBytesMax,
    int triesMax,
    long ackTimeoutMs,
    Backoff backoff) {

  private static final long YEAR_MS = 365L * 86_400_000;

  /** In order, 1,000 events or 64 MiB, ten tries of thirty seconds each. */
  public static final DeliverySettings DEFAULT =
      new DeliverySettings(true, 1000, 64L << 20, 10, 30_000, Backoff.DEFAULT);

  public DeliverySettings {
    if (inFlightMax < 1 || inFlightMax > 1_000_000) {
      throw new BadSettingException("in.flight.max", inFlightMax, "a number from 1 to 1000000");
    }
    if (inFlightBytesMax < 1) {
      throw new BadSettingException("in.flight.bytes.max", inFlightBytesMax, "a number from 1");
    }
    if (triesMax < 1 && triesMax != -1) {
      throw new BadSettingException("tries.max", triesMax, "-1, or a number from 1");
    }
    if (ackTimeoutMs < 1 || ackTimeoutMs > YEAR_MS) {
      throw new BadSettingException(
          "ack.timeout.ms", ackTimeoutMs, "a number from 1 to " + YEAR_MS);
    }
  }

  boolean isLast(int tries) {
    return triesMax != -1 && tries >= triesMax;
  }
}
