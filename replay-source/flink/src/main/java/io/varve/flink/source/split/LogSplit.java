package io.varve.flink.source.split;

import io.varve.event.StreamPartition;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A part of one log, to be read in its order by one reader.
 *
 * @param log the log
 * @param first where this split begins, which tells splits of one log apart; {@link #EARLIEST} for
 *     the log's beginning
 * @param next the next offset to read; {@link #EARLIEST} as long as no event has been seen
 * @param stop the first offset not to read any more; {@link Long#MAX_VALUE} to follow the log
 * @param fromTimeMs only events with this timestamp or a later one; {@link Long#MIN_VALUE} for all
 * @param toTimeMs only events with an earlier timestamp; {@link Long#MAX_VALUE} for all
 */
public record LogSplit(
    StreamPartition log, long first, long next, long stop, long fromTimeMs, long toTimeMs)
    implements SourceSplit {

  /** The first event that retention has left. */
  public static final long EARLIEST = -1;

  public LogSplit {
    if (first < EARLIEST || next < first || stop < 0 || fromTimeMs > toTimeMs) {
      throw new IllegalArgumentException(
          "A split of "
              + log
              + " from "
              + first
              + ", at "
              + next
              + ", to "
              + stop
              + ", times "
              + fromTimeMs
              + " to "
              + toTimeMs
              + ": expected offsets that rise from -1, and times that rise");
    }
  }

  /** The log's name, its generation if it isn't the first, and where the split begins. */
  @Override
  public String splitId() {
    String id = log.stream() + "-" + log.partition();
    if (log.generation() > 1) {
      id += "~" + log.generation();
    }
    return first == EARLIEST ? id : id + "@" + first;
  }

  /** The same split, read as far as {@code offset}. */
  public LogSplit at(long offset) {
    return new LogSplit(log, first, offset, stop, fromTimeMs, toTimeMs);
  }
}
