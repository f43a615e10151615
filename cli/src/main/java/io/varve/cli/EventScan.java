package io.varve.cli;

import io.varve.EventReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What an export reads, as often as it needs to: the same events each time, since the ranges end
 * where the logs ended at first.
 *
 * <p>Thread: confined to one.
 *
 * @param ranges the logs in order, and what of them
 */
record EventScan(
    Store store,
    Map<StreamPartition, ReadRange> ranges,
    Where where,
    Progress progress,
    PrintWriter err) {

  /** What is done with each event. */
  interface Step {
    void take(int partition, EventView event) throws IOException;
  }

  /** Reads all. */
  void read(String doing, Step step) throws IOException {
    read(doing, UnaryOperator.identity(), step);
  }

  /**
   * Reads a part.
   *
   * @param part what of each log's range
   */
  void read(String doing, UnaryOperator<ReadRange> part, Step step) throws IOException {
    long bytes = 0;
    for (Map.Entry<StreamPartition, ReadRange> each : ranges.entrySet()) {
      StreamPartition log = each.getKey();
      try (EventReader reader = where.open(store, log, part.apply(each.getValue()))) {
        while (reader.next()) {
          EventView event = reader.event();
          step.take(log.partition(), event);
          bytes += Math.max(0, event.keyLength()) + Math.max(0, event.valueLength());
          progress.bytes(err, doing + " " + log, bytes, 0);
        }
        Progress.check();
      }
    }
  }
}
