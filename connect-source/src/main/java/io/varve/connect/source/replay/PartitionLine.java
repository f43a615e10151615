package io.varve.connect.source.replay;

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

  private final List<LogRange> ranges;
  private final Function<LogRange, LogReplay> opener;
  private final long[] positions;
  private final long[] sent;
  private long eventsPassed;
  private int index = -1;
  private @Nullable LogReplay current;

  /** Opens nothing yet. */
  PartitionLine(List<LogRange> ranges, Function<LogRange, LogReplay> opener) {
    this.ranges = List.copyOf(ranges);
    this.opener = opener;
    this.positions = ranges.stream().mapToLong(LogRange::from).toArray();
    this.sent = positions.clone();
  }

  /** Whether there is an event to take now. */
  boolean isReady() {
    while (true) {
      LogReplay log = current;
      if (log != null && log.isReady()) {
        return true;
      }
      if (isLooking()) {
        return false;
      }
      boolean over = log == null || log.isDone() || hasSuccessor();
      if (!over || !openNext()) {
        return false;
      }
    }
  }

  /** Whether {@link #isReady} was false only since the look for a wanted event takes long. */
  boolean isLooking() {
    LogReplay log = current;
    return log != null && log.isLooking();
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
        current = opener.apply(range);
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

  /** The last source offset of the log at {@code index} of the ranges, or where it began. */
  long sent(int at) {
    LogReplay log = current;
    return at == index && log != null ? log.sent() : sent[at];
  }

  /** Whether nothing more will come of the log at {@code index} of the ranges. */
  boolean isOver(int at) {
    return at < index;
  }

  /** How many events have been read that the filter does not want. */
  long eventsPassed() {
    LogReplay log = current;
    return eventsPassed + (log == null ? 0 : log.eventsPassed());
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
      sent[index] = log.sent();
      eventsPassed += log.eventsPassed();
      positions[index] = log.isDone() && range.bounded() ? range.end() : log.position();
      log.close();
    }
  }
}
