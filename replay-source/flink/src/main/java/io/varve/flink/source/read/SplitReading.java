package io.varve.flink.source.read;

import io.varve.EventReader;
import io.varve.ReadRange;
import io.varve.ReaderMetrics;
import io.varve.Store;
import io.varve.event.StreamPartition;
import io.varve.flink.source.ExpiredOffset;
import io.varve.flink.source.SourceSettings;
import io.varve.flink.source.split.LogSplit;
import io.varve.query.EventFilter;
import java.time.Duration;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A split that is being read. The log is opened when the first event is asked for.
 *
 * <p>Thread: confined to the task's, but for {@link #metrics}.
 */
final class SplitReading implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SplitReading.class);

  private final LogSplit split;
  private final SourceSettings settings;
  private final @Nullable EventFilter chosen;
  private volatile @Nullable EventReader reader;
  private @Nullable EventAccess event;
  private boolean seen;
  private boolean succeeded;
  private long successorNanos;

  /**
   * @param chosen by which events are chosen, and what the settings ask of their fields; null for
   *     all events
   */
  SplitReading(LogSplit split, SourceSettings settings, @Nullable EventFilter chosen) {
    this.split = split;
    this.settings = settings;
    this.chosen = chosen;
    this.seen = split.next() != LogSplit.EARLIEST;
    this.successorNanos = System.nanoTime();
  }

  String id() {
    return split.splitId();
  }

  StreamPartition log() {
    return split.log();
  }

  /** Where it would go on after a restart. */
  LogSplit state() {
    EventReader at = reader;
    if (at == null) {
      return split;
    }
    // What the log's beginning is, is open until something has been read from it.
    return !seen && at.position() == 0 ? split : split.at(at.position());
  }

  /**
   * Steps to the next event; false if there is none for now, or it was left for later.
   *
   * @param goOn whether to go on, where much has to be passed by
   */
  boolean next(Store store, BooleanSupplier goOn) {
    EventReader at = reader;
    if (at == null) {
      at = open(store);
    }
    if (at.next(goOn)) {
      seen = true;
      return true;
    }
    return false;
  }

  /** The event stepped to. */
  EventAccess event() {
    EventAccess at = event;
    if (at == null) {
      throw new IllegalStateException(id() + " has not been opened");
    }
    return at;
  }

  /** Events that were read and are not wanted, so far. */
  long passedBy() {
    EventReader at = reader;
    return at == null ? 0 : at.eventsPassedBy();
  }

  private EventReader open(Store store) {
    long from = Math.max(0, split.next());
    if (from >= split.stop()) {
      from = split.stop();
    }
    ReadRange range = new ReadRange(from, split.stop(), split.fromTimeMs(), split.toTimeMs());
    EventReader opened =
        chosen == null
            ? store.openReader(split.log(), range)
            : chosen
                .plan(split.log())
                .and(settings.condition(), UnexpectedEncoding.of(settings.condition()))
                .open(store, range);
    boolean done = false;
    try {
      checkExpired(opened, store.path());
      event = new EventAccess(split.log(), opened.event());
      reader = opened;
      done = true;
      return opened;
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  /** Its lease is taken by now: what is there stays. */
  private void checkExpired(EventReader opened, String path) {
    long next = split.next();
    long left = opened.stats().startOffset();
    if (next == LogSplit.EARLIEST || next >= left || next >= split.stop()) {
      return;
    }
    if (settings.expired() == ExpiredOffset.FAIL) {
      throw new IllegalStateException(
          "The offsets "
              + next
              + " to "
              + (left - 1)
              + " of "
              + split.log()
              + " in the store "
              + path
              + " were to be read, but retention has left only those from "
              + left
              + ". To go on with what is left, set the source to EARLIEST for expired offsets"
              + " ('scan.expired-offset' = 'earliest' in SQL); to keep events for longer, raise the"
              + " stream's retention");
    }
    LOG.warn(
        "The offsets {} to {} of {} in {} were to be read and are gone by retention; reading goes"
            + " on with {}",
        next,
        left - 1,
        split.log(),
        path,
        left);
  }

  /** Whether everything has been read that there will ever be. */
  boolean done(Store store) {
    EventReader at = reader;
    if (at == null) {
      return false;
    }
    if (at.done() || succeeded) {
      return true;
    }
    long everyNanos = TimeUnit.MILLISECONDS.toNanos(settings.discoveryMs());
    if (split.stop() == Long.MAX_VALUE
        && everyNanos > 0
        && System.nanoTime() - successorNanos >= everyNanos) {
      successorNanos = System.nanoTime();
      if (hasSuccessor(store)) {
        // Nobody writes this generation any more: what there is now is the rest of it.
        succeeded = !at.await(Duration.ZERO);
        return succeeded;
      }
    }
    return false;
  }

  private boolean hasSuccessor(Store store) {
    SortedSet<Integer> later =
        store.generations(split.log().stream()).tailSet(split.log().generation() + 1);
    for (int generation : later) {
      if (store.partitions(split.log().stream(), generation).contains(split.log().partition())) {
        return true;
      }
    }
    return false;
  }

  /** How far it is, or null if it has not been opened. Thread: safe. */
  @Nullable ReaderMetrics metrics() {
    EventReader at = reader;
    return at == null ? null : at.metrics();
  }

  /** Offsets between where it is and where it ends, as far as that is known. Thread: safe. */
  long pending() {
    ReaderMetrics metrics = metrics();
    return metrics == null
        ? 0
        : Math.max(0, Math.min(metrics.endOffset(), split.stop()) - metrics.position());
  }

  @Override
  public void close() {
    EventReader at = reader;
    if (at != null) {
      at.close();
    }
  }
}
