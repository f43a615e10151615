package io.varve.commit;

import io.varve.base.Clock;
import io.varve.format.SegmentEntry;
import io.varve.manifest.LogFolder;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds retention back where events are still to be released: no segment goes that has an event
 * which a scheduler has pending, or anything behind that, whatever its age. A scheduler that has
 * gone is given some time to come back, or to be opened by another process.
 *
 * <p>Thread: confined to one at a time.
 */
final class PendingFloor {

  private static final Logger LOG = LoggerFactory.getLogger(PendingFloor.class);

  /** As long what a scheduler has stated counts after it was last seen. */
  static final long GRACE_MS = 600_000;

  private final LogFolder log;
  private final Clock clock;
  private long stated = Long.MAX_VALUE;
  private long seenNanos;
  private boolean holding;

  PendingFloor(LogFolder log, Clock clock) {
    this.log = log;
    this.clock = clock;
  }

  /**
   * How many of the segments that have expired may go.
   *
   * @param segments by rising offsets
   * @param expired so many of the first ones
   */
  int free(List<SegmentEntry> segments, int expired) throws IOException {
    long floor = floor();
    int free = 0;
    while (free < expired && segments.get(free).lastOffset() < floor) {
      free++;
    }
    if (free < expired && !holding) {
      LOG.warn(
          "Retention would take {} segments of {}, but delayed events from offset {} on are still to"
              + " be released: the log is kept from there on until they are, or are cancelled",
          expired - free,
          log.name(),
          floor);
    }
    holding = free < expired;
    return free;
  }

  private long floor() throws IOException {
    long nanos = clock.nanos();
    long now = log.leases().lowestPending();
    if (now != Long.MAX_VALUE) {
      stated = now;
      seenNanos = nanos;
    } else if (nanos - seenNanos >= GRACE_MS * 1_000_000) {
      stated = Long.MAX_VALUE;
    }
    return stated;
  }
}
