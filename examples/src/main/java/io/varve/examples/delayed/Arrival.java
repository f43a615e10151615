package io.varve.examples.delayed;

/**
 * A message that a consumer got.
 *
 * @param dueMs when it was to be delivered, by its header {@code varve.due.ms}
 * @param brokerMs when the broker got it, by the broker's own clock
 * @param seenMs when the consumer got it
 */
record Arrival(String topic, String key, String value, long dueMs, long brokerMs, long seenMs) {

  /** How much later than due the consumer got it, milliseconds. */
  long lateMs() {
    return seenMs - dueMs;
  }
}
