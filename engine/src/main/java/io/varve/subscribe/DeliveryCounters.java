package io.varve.subscribe;

/** What has been counted. Thread: guarded by the subscription's lock. */
final class DeliveryCounters {
  long delivered;
  long redelivered;
  long acknowledged;
  long refused;
  long late;
  long deadLetters;
  long missing;
}
