package io.varve.connect.source.replay;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.query.EventFilter;
import io.varve.query.FilteredReader;
import io.varve.query.UnreadableEventException;
import java.time.Duration;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * The events of one log that are replayed: all of a range, or those that a filter wants.
 *
 * <p>Thread: confined to the task's.
 */
interface LogEvents extends AutoCloseable {

  /** Opens a log; with a filter its indexes are asked. */
  static LogEvents open(
      Store store,
      StreamPartition log,
      ReadRange range,
      @Nullable EventFilter filter,
      Patience patience) {
    return filter == null
        ? new All(store.openReader(log, range))
        : new Filtered(filter.open(store, log, range), patience);
  }

  /** Steps to the next event; false if there is none for now, or looking for it takes long. */
  boolean next();

  /** Whether the last {@link #next} left a part of what there is for later. */
  boolean leftForLater();

  EventView event();

  /** Whether there will never be one more. */
  boolean isDone();

  /** Waits until there may be more. */
  boolean await(Duration wait);

  /** The offset from which the next event is looked for. */
  long position();

  /** Where the log begins. */
  long startOffset();

  /** Where the log ends, as far as its reader knows. */
  long endOffset();

  /** How many events have been read that are not wanted; an index passes by others unread. */
  long eventsPassed();

  @Override
  void close();

  /** All of a range. */
  final class All implements LogEvents {

    private final LogReader reader;

    All(LogReader reader) {
      this.reader = reader;
    }

    @Override
    public boolean next() {
      return reader.next();
    }

    @Override
    public boolean leftForLater() {
      return false;
    }

    @Override
    public EventView event() {
      return reader.event();
    }

    @Override
    public boolean isDone() {
      return reader.done();
    }

    @Override
    public boolean await(Duration wait) {
      return reader.await(wait);
    }

    @Override
    public long position() {
      return reader.position();
    }

    @Override
    public long startOffset() {
      return reader.stats().startOffset();
    }

    @Override
    public long endOffset() {
      return reader.metrics().endOffset();
    }

    @Override
    public long eventsPassed() {
      return 0;
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Those that a filter wants. */
  final class Filtered implements LogEvents {

    private final FilteredReader reader;
    private final Patience patience;
    private boolean leftForLater;
    private long eventsWanted;
    private @Nullable ConnectException failure;

    Filtered(FilteredReader reader, Patience patience) {
      this.reader = reader;
      this.patience = patience;
    }

    @Override
    public boolean next() {
      if (failure != null) {
        // The reader would go on behind it.
        throw failure;
      }
      patience.beginLook();
      boolean there;
      try {
        there = reader.next(patience);
      } catch (UnreadableEventException e) {
        failure = new ConnectException("The filter can't be evaluated. " + e.getMessage(), e);
        throw failure;
      }
      // A thread that is interrupted looks no further either.
      leftForLater = !there && (patience.isLookOver() || Thread.currentThread().isInterrupted());
      if (there) {
        eventsWanted++;
      }
      return there;
    }

    @Override
    public boolean leftForLater() {
      return leftForLater;
    }

    @Override
    public EventView event() {
      return reader.event();
    }

    @Override
    public boolean isDone() {
      return reader.done();
    }

    @Override
    public boolean await(Duration wait) {
      return reader.await(wait);
    }

    @Override
    public long position() {
      return reader.position();
    }

    @Override
    public long startOffset() {
      return reader.stats().startOffset();
    }

    @Override
    public long endOffset() {
      return reader.metrics().endOffset();
    }

    @Override
    public long eventsPassed() {
      return reader.eventsRead() - eventsWanted;
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
