package io.varve.connect.source.replay;

import io.varve.Store;
import io.varve.connect.source.progress.LogProgress;
import io.varve.event.StreamPartition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the logs of a replay are, one by one and together, when stock was last taken.
 *
 * <p>Thread: confined to the task's; the {@link LogProgress} of each log may be read from any.
 */
final class Stock {

  private final Store store;
  private final List<PartitionLine> lines;
  private final Map<StreamPartition, LogProgress> logs = new LinkedHashMap<>();
  private long done;
  private long total;
  private long eventsPassed;

  Stock(Store store, List<PartitionLine> lines) {
    this.store = store;
    this.lines = lines;
    for (PartitionLine line : lines) {
      line.ranges().forEach(range -> logs.put(range.log(), new LogProgress()));
    }
  }

  Map<StreamPartition, LogProgress> logs() {
    return logs;
  }

  /**
   * Takes stock.
   *
   * @param look whether to look into the store where the logs end by now, beside what the readers
   *     know
   */
  void take(boolean look) {
    done = 0;
    total = 0;
    eventsPassed = 0;
    for (PartitionLine line : lines) {
      eventsPassed += line.eventsPassed();
      for (int i = 0; i < line.ranges().size(); i++) {
        LogRange range = line.ranges().get(i);
        LogProgress log = logs.getOrDefault(range.log(), new LogProgress());
        long position = line.position(i);
        long end = range.bounded() ? range.end() : Math.max(log.end(), line.endOffset(i));
        if (!range.bounded() && line.isOver(i)) {
          // Whatever comes behind it, a later generation or what the filter rules out.
          end = position;
        } else if (look && !range.bounded()) {
          end = Math.max(end, store.stats(range.log()).nextOffset());
        }
        log.update(position, end);
        done += Math.max(0, position - range.base());
        total += Math.max(0, end - range.base());
      }
    }
  }

  /** Events that were read and that the filter does not want, since the task started. */
  long eventsPassed() {
    return eventsPassed;
  }

  /** Offsets that are behind, of all logs. */
  long done() {
    return done;
  }

  /** Offsets in the ranges of all logs; in a tail those that are in the store by now. */
  long total() {
    return total;
  }
}
