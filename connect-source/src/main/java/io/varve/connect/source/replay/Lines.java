package io.varve.connect.source.replay;

import java.time.Duration;
import java.util.List;

/** What concerns several partitions at once. */
final class Lines {

  /** Shortest wait on one of several partitions: news of the others may be late by this. */
  private static final long SLICE_NANOS = 10_000_000;

  private Lines() {}

  /**
   * Waits for events to be archived in any of {@code lines}; true if there may be some, as at once
   * where the look for one was left for later. Returns at once, too, if none can come.
   */
  static boolean await(List<PartitionLine> lines, long nanos) throws InterruptedException {
    List<PartitionLine> open = lines.stream().filter(line -> !line.isFinished()).toList();
    if (open.isEmpty()) {
      return false;
    }
    if (open.stream().anyMatch(PartitionLine::isLooking)) {
      return true;
    }
    long slice = Math.min(nanos, Math.max(SLICE_NANOS, nanos / open.size()));
    slice = open.size() == 1 ? nanos : Math.min(slice, 5 * SLICE_NANOS);
    long left = nanos;
    for (int i = 0; left > 0; i = (i + 1) % open.size()) {
      long wait = Math.min(slice, left);
      if (open.get(i).await(Duration.ofNanos(wait))) {
        return true;
      }
      left -= wait;
    }
    return false;
  }
}
