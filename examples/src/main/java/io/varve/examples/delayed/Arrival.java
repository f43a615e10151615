package io.varve.examples.delayed;

/**
 * A message that a consumer got.
 *
 * @param dueMs when it was to be delivered, by its header {@code varve.due.ms}
 * @param workerLateMs how much later than that the worker was given it, by its header {@code
 *     varve.lateness.ms}
 * @param brokerMs when the broker got it, by the broker's own clock
 * @param seenMs when the consumer got it
 */
record Arrival(
    String topic,
    String key,
    String value,
    long dueMs,
    long workerLateMs,
    long brokerMs,
    long seenMs) {

  /** How much later than due the broker got it, milliseconds. */
  long brokerLateMs() {
    return brokerMs - dueMs;
  }

  /** How much later than due the consumer got it, milliseconds. */
  long lateMs() {
    return seenMs - dueMs;
  }
}
