package io.varve.connect.sink;

/** What a task counts, from its start on. */
enum Meter {
  EVENTS("events-stored-total", "Events stored"),
  BYTES("bytes-stored-total", "Bytes of keys, values and header values stored"),
  DUPLICATES("duplicates-skipped-total", "Events that came again and were stored already"),
  GAPS("gaps-total", "Gaps in the topic's offsets: compacted, expired, filtered or aborted events"),
  MISSING("missing-offsets-total", "Offsets in those gaps"),
  ERRANT("errant-events-total", "Events sent to the dead letter queue"),
  DEDUPLICATED(
      "deduplicated-events-total",
      "Events left out since their message id was there within dedup.ttl"),
  DELAYED("delayed-events-total", "Events stored that are delivered later"),
  CANCELS("delay-cancels-total", "Events stored that cancel a delayed one, if it still waits"),
  MALFORMED(
      "malformed-delays-total",
      "Events whose headers or fields of delivery could not be understood"),
  NEW_GENERATIONS("new-generations-total", "Topics found to be created again"),
  COMMITS("commits-total", "Syncs that made events durable"),
  COMMIT_NANOS("commit-time-ns-total", "Nanoseconds that they took together"),
  OUTAGES("outages-total", "Times that a log could not be written, or another task took it");

  private final String metric;
  private final String description;

  Meter(String metric, String description) {
    this.metric = metric;
    this.description = description;
  }

  /** Its name as a metric. */
  String metric() {
    return metric;
  }

  String description() {
    return description;
  }
}
