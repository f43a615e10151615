package io.varve.connect.source.schedule;

import io.varve.LogReader;
import io.varve.LogStats;
import io.varve.ReadRange;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of a ready log from where Connect is.
 *
 * <p>Thread: confined to one at a time.
 */
public final class ReadyLog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ReadyLog.class);

  private final LogReader reader;
  private boolean onEvent;

  private ReadyLog(LogReader reader) {
    this.reader = reader;
  }

  /** The ready log of a log. */
  public static StreamPartition of(StreamPartition log) {
    return new StreamPartition(
        log.stream() + SchedulerSettings.READY_SUFFIX, log.generation(), log.partition());
  }

  /** Whether a log can be a ready log, by its name. */
  public static boolean isOne(StreamPartition log) {
    return log.stream().endsWith(SchedulerSettings.READY_SUFFIX);
  }

  /**
   * Opens one whose scheduler is open.
   *
   * @param from the first offset that Connect has not committed
   * @throws ConnectException if the log ends before that
   */
  static ReadyLog open(Store store, StreamPartition ready, long from) {
    check(store.stats(ready), ready, from);
    return new ReadyLog(store.openReader(ready, ReadRange.all().withOffsets(from, Long.MAX_VALUE)));
  }

  private static void check(LogStats stats, StreamPartition ready, long from) {
    if (from > stats.nextOffset()) {
      throw new ConnectException(
          "Connect has delivered up to offset "
              + from
              + " of "
              + ready
              + ", which ends at "
              + stats.nextOffset()
              + ". Is this another store than before? With the right one at this place, restart the task;"
              + " to deliver what this one has, reset or alter the connector's offsets");
    }
    if (from > 0 && from < stats.startOffset()) {
      log.error(
          "{}: offsets {} to {} were deleted before they were delivered. Was the schedule run by another"
              + " program meanwhile, or the connector's offset set back?",
          ready,
          from,
          stats.startOffset() - 1);
    }
  }

  /** Whether there is an event to take now. */
  boolean isReady() {
    if (!onEvent) {
      onEvent = reader.next();
    }
    return onEvent;
  }

  /** The event at hand; call only when {@link #isReady}, and then {@link #taken}. */
  EventView event() {
    return reader.event();
  }

  void taken() {
    onEvent = false;
  }

  /** The first offset not taken. */
  long position() {
    return onEvent ? reader.event().offset() : reader.position();
  }

  /** Every event that can be read has a lower offset, as far as is known. */
  long endOffset() {
    return reader.endOffset();
  }

  @Override
  public void close() {
    reader.close();
  }
}
