package io.varve.connect.source.replay;

import io.varve.connect.source.config.Bounds;
import io.varve.connect.source.config.Mode;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.offset.SourceOffset;
import io.varve.event.StreamPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * What is to be replayed of one log.
 *
 * @param base the first offset of the whole replay, also of the part done before
 * @param from the first offset still to replay
 * @param end the first offset not to replay, or {@link SourceOffset#NO_END}
 * @param bounds those of the settings; their times choose among the offsets
 */
public record LogRange(StreamPartition log, long base, long from, long end, Bounds bounds) {

  /**
   * The rest of a replay: goes on where {@code stored} says and ends where it first was to end.
   *
   * @param stored what Connect has of this log, or null at a first start
   * @param logStart the first offset in the log
   * @param logNext the first offset after the log's end
   */
  public static LogRange of(
      SourceSettings settings,
      StreamPartition log,
      @Nullable SourceOffset stored,
      long logStart,
      long logNext) {
    Bounds bounds = settings.bounds();
    if (stored != null && stored.offset() > logNext) {
      throw new ConnectException(
          "The stored offset "
              + stored.offset()
              + " of "
              + log
              + " is beyond the end of its log, which is "
              + logNext
              + ". Is this another store than before? Reset or alter the connector's offsets to go on");
    }
    long from = stored == null ? bounds.startOffset() : stored.offset();
    long base = Math.max(Math.min(bounds.startOffset(), from), logStart);
    if (settings.mode() == Mode.TAIL) {
      return new LogRange(log, base, from, SourceOffset.NO_END, bounds);
    }
    boolean fixed = stored != null && stored.end() != SourceOffset.NO_END;
    long end = Math.min(bounds.endOffset(), fixed && stored != null ? stored.end() : logNext);
    return new LogRange(log, base, from, end, bounds);
  }

  /** Whether it has an end and there is nothing before it. */
  public boolean isEmpty() {
    return bounded() && from >= end;
  }

  /** Whether it has an end. */
  public boolean bounded() {
    return end != SourceOffset.NO_END;
  }
}
