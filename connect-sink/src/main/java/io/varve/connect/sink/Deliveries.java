package io.varve.connect.sink;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Tells a batch that the worker brings again from a new one.
 *
 * <p>A worker that was asked to come again brings the same record objects, without those of
 * partitions that it has lost in between; when none are left it brings new ones. It never mixes
 * both.
 *
 * <p>Thread: confined to the task's.
 */
final class Deliveries {

  private long last;
  private Set<SinkRecord> asked = Set.of();

  /** The number of the last batch that began. */
  long last() {
    return last;
  }

  /** The number of the next new batch. */
  long next() {
    return last + 1;
  }

  Delivery begin(Collection<SinkRecord> records, long nowNanos, long deadlineNanos) {
    boolean again = false;
    if (!asked.isEmpty()) {
      again = !records.isEmpty() && asked.contains(records.iterator().next());
      asked = Set.of();
    }
    if (!again) {
      last++;
    }
    return new Delivery(last, again, nowNanos, deadlineNanos);
  }

  /** Notes that the worker was asked to bring {@code records} again. */
  void askAgain(Collection<SinkRecord> records) {
    Set<SinkRecord> identities = Collections.newSetFromMap(new IdentityHashMap<>());
    identities.addAll(records);
    asked = identities;
  }
}
