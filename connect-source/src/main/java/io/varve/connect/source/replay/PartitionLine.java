package io.varve.connect.source.replay;

import io.varve.Store;
import io.varve.connect.common.RecordDecoder;
import io.varve.event.EventView;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The replay of one partition: its generations one after another, each to its end. A generation
 * that has a successor is not written any more, so its end is final also in a tail.
 */
final class PartitionLine implements AutoCloseable {

  private final Store store;
  private final List<LogRange> ranges;
  private final Function<LogRange, LogReplay.Target> targets;
  private final RecordDecoder decoder;
  private final long[] positions;
  private int index = -1;
  private @Nullable LogReplay current;

  /** Opens nothing yet. */
  PartitionLine(
      Store store,
      List<LogRange> ranges,
      Function<LogRange, LogReplay.Target> targets,
      RecordDecoder decoder) {
    this.store = store;
    this.ranges = List.copyOf(ranges);
    this.targets = targets;
    this.decoder = decoder;
    this.positions = ranges.stream().mapToLong(LogRange::from).toArray();
  }

  /** Whether there is an event to take now. */
  boolean isReady() {
    while (true) {
      LogReplay log = current;
      if (log != null && log.isReady()) {
        return true;
      }
      boolean over = log == null || log.isDone() || hasSuccessor();
      if (!over || !openNext()) {
        return false;
      }
    }
  }

  private boolean hasSuccessor() {
    return index + 1 < ranges.size();
  }

  /** Opens the next generation that has something to replay; false if there is none. */
  private boolean openNext() {
    closeCurrent();
    while (hasSuccessor()) {
      LogRange range = ranges.get(++index);
      if (!range.isEmpty()) {
        current = LogReplay.open(store, range, targets.apply(range), decoder);
        return true;
      }
    }
    index = ranges.size();
    return false;
  }

  /** Whether there will never be one. */
  boolean isFinished() {
    return current == null && !hasSuccessor();
  }

  /** The event to take next. Call only when {@link #isReady}. */
  EventView head() {
    return ready().head();
  }

  /** Moves the event into {@code batch}. Call only when {@link #isReady}. */
  void take(Batch batch) {
    ready().take(batch);
  }

  private LogReplay ready() {
    LogReplay log = current;
    if (log == null) {
      throw new IllegalStateException("No event is ready in " + ranges);
    }
    return log;
  }

  /** Waits for events to be archived; true if there may be some. */
  boolean await(Duration wait) throws InterruptedException {
    LogReplay log = current;
    return log != null && log.await(wait);
  }

  /** How far the log at {@code index} of the ranges is: the first offset not yet taken. */
  long position(int at) {
    LogReplay log = current;
    return at == index && log != null ? log.position() : positions[at];
  }

  /** Where the log at {@code index} of the ranges ends, as its reader knows; 0 if it isn't read. */
  long endOffset(int at) {
    LogReplay log = current;
    return at == index && log != null ? log.endOffset() : 0;
  }

  List<LogRange> ranges() {
    return ranges;
  }

  @Override
  public void close() {
    closeCurrent();
    index = ranges.size();
  }

  private void closeCurrent() {
    LogReplay log = current;
    current = null;
    if (log != null) {
      LogRange range = ranges.get(index);
      positions[index] = log.isDone() && range.bounded() ? range.end() : log.position();
      log.close();
    }
  }
}
