package io.varve.replay;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.query.EventFilter;
import io.varve.query.FilteredReader;
import io.varve.query.Plan;
import org.jspecify.annotations.Nullable;

/**
 * The events of a log from an offset on: all of them, or those that a filter wants.
 *
 * <p>Thread: confined to the consumer's.
 */
interface PartitionEvents extends AutoCloseable {

  /** Opens a log from an offset on; with a filter its indexes are asked. */
  static PartitionEvents open(
      Store store, StreamPartition log, long offset, @Nullable EventFilter filter) {
    ReadRange range = ReadRange.offsets(offset, Long.MAX_VALUE);
    if (filter == null) {
      return new All(store.openReader(log, range));
    }
    Plan plan = filter.plan(log);
    return new Wanted(plan.open(store, range), plan.within(ReadRange.all()).fromOffset());
  }

  StreamPartition log();

  /**
   * Steps to the next event; false if there is none for now, or the look for it is over.
   *
   * @throws io.varve.query.UnreadableEventException if it can't be told whether one is wanted; the
   *     reader is behind it then
   */
  boolean next(Look look);

  EventView event();

  /** The offset from which the next event is looked for. */
  long position();

  /** Whether no event from the position on can be wanted, whatever will be there. */
  boolean isDone();

  /** Every event published so far, as the reader knows, has a lower offset. */
  long endOffset();

  /** How many events have been read that are not wanted. */
  long eventsPassed();

  void seek(long offset);

  @Override
  void close();

  /** All events. */
  record All(LogReader reader) implements PartitionEvents {

    @Override
    public StreamPartition log() {
      return reader.log();
    }

    @Override
    public boolean next(Look look) {
      return reader.next();
    }

    @Override
    public EventView event() {
      return reader.event();
    }

    @Override
    public long position() {
      return reader.position();
    }

    @Override
    public boolean isDone() {
      return false;
    }

    @Override
    public long endOffset() {
      return reader.endOffset();
    }

    @Override
    public long eventsPassed() {
      return 0;
    }

    @Override
    public void seek(long offset) {
      reader.seek(offset);
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Those that a filter wants. */
  final class Wanted implements PartitionEvents {

    private final FilteredReader reader;
    private final long firstOffset;
    private long eventsWanted;

    /**
     * @param firstOffset no event below can be wanted
     */
    Wanted(FilteredReader reader, long firstOffset) {
      this.reader = reader;
      this.firstOffset = firstOffset;
    }

    @Override
    public StreamPartition log() {
      return reader.log();
    }

    @Override
    public boolean next(Look look) {
      boolean there = reader.next(look);
      if (there) {
        eventsWanted++;
      } else if (Thread.currentThread().isInterrupted()) {
        look.end();
      }
      return there;
    }

    @Override
    public EventView event() {
      return reader.event();
    }

    @Override
    public long position() {
      return reader.position();
    }

    @Override
    public boolean isDone() {
      return reader.done();
    }

    @Override
    public long endOffset() {
      return reader.endOffset();
    }

    @Override
    public long eventsPassed() {
      return reader.eventsRead() - eventsWanted;
    }

    @Override
    public void seek(long offset) {
      reader.seek(Math.max(offset, firstOffset));
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
