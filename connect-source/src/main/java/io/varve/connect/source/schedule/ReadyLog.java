package io.varve.connect.source.schedule;

import io.varve.LogReader;
import io.varve.LogStats;
import io.varve.ReadRange;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.connect.errors.ConnectException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of a ready log from where Connect is. While it is open, retention takes nothing that
 * Connect has not committed.
 *
 * <p>Thread: confined to one at a time.
 */
public final class ReadyLog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ReadyLog.class);

  /** Retention counts in hours. */
  private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final LogReader reader;

  /** Stands at what is committed, and is never read from: what a reader may need is not deleted. */
  private final LogReader keeper;

  private final AtomicLong committed;
  private long keptFrom;
  private long keptNanos;
  private boolean onEvent;

  private ReadyLog(LogReader reader, LogReader keeper, long from, AtomicLong committed) {
    this.reader = reader;
    this.keeper = keeper;
    this.committed = committed;
    this.keptFrom = from;
    this.keptNanos = System.nanoTime();
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
   * Opens one that is there.
   *
   * @param from the first offset that is not committed
   * @param committed the same, as it rises from then on
   */
  static ReadyLog open(Store store, StreamPartition ready, long from, AtomicLong committed) {
    LogReader keeper = store.openReader(ready, ReadRange.all().withOffsets(from, Long.MAX_VALUE));
    boolean opened = false;
    try {
      LogReader reader = store.openReader(ready, ReadRange.all().withOffsets(from, Long.MAX_VALUE));
      opened = true;
      return new ReadyLog(reader, keeper, from, committed);
    } finally {
      if (!opened) {
        keeper.close();
      }
    }
  }

  /**
   * Compares where Connect is with what the log holds, once its scheduler is open.
   *
   * @throws ConnectException if the log ends before that
   */
  static void check(Store store, StreamPartition ready, long from) {
    LogStats stats = store.stats(ready);
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

  /** Lets retention go as far as Kafka has the events, now and then. */
  void keepWhatIsNotCommitted(long nowNanos) {
    long to = committed.get();
    if (to > keptFrom && nowNanos - keptNanos >= KEEP_NANOS) {
      keeper.seek(to);
      keptFrom = to;
      keptNanos = nowNanos;
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
    } finally {
      keeper.close();
    }
  }
}
