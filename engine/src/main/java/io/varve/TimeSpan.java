package io.varve;

import io.varve.format.BatchHeader;
import io.varve.format.Manifest.OpenSegment;
import io.varve.log.SegmentReader;
import io.varve.manifest.LogFolder;
import io.varve.manifest.ReaderLeases;
import java.io.IOException;

/**
 * The timestamps in a log.
 *
 * @param minMs the lowest, {@link Long#MAX_VALUE} if no event has one
 * @param maxMs the highest, {@link Long#MIN_VALUE} if no event has one
 */
public record TimeSpan(long minMs, long maxMs) {

  /** Whether any event has a timestamp. */
  public boolean isEmpty() {
    return minMs > maxMs;
  }

  /** The span that covers both. */
  public TimeSpan and(TimeSpan other) {
    return new TimeSpan(Math.min(minMs, other.minMs), Math.max(maxMs, other.maxMs));
  }

  static TimeSpan of(LogFolder log, long leaseNumber) throws IOException {
    try (ReaderLeases.Lease lease = log.leases().take(0, leaseNumber);
        LogView view = LogView.open(log)) {
      LogStats sealed = view.stats();
      TimeSpan span = new TimeSpan(sealed.minTimestampMs(), sealed.maxTimestampMs());
      OpenSegment open = view.openSegment();
      return open == null ? span : span.and(ofOpen(log, open, view.openEnd()));
    }
  }

  private static TimeSpan ofOpen(LogFolder log, OpenSegment open, long end) throws IOException {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    try (SegmentReader reader =
        SegmentReader.open(log.directory(), open.fileName(), log.buffers(), null)) {
      reader.limit(end);
      for (BatchHeader batch = reader.peek(); batch != null; batch = reader.peek()) {
        min = Math.min(min, batch.minTimestampMs());
        max = Math.max(max, batch.maxTimestampMs());
        reader.skip();
      }
    }
    return new TimeSpan(min, max);
  }
}
