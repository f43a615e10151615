package io.varve.compact;

/**
 * What compaction has done with a log since it was opened for writing.
 *
 * @param passes passes that came to their end
 * @param failures passes that failed, on a full disk for example; another is tried later
 * @param bytesRead bytes of segments that were written anew
 * @param bytesWritten bytes of the segments that took their place
 * @param eventsRemoved events that were left out
 * @param dirtyBytes bytes of sealed segments that were never compacted
 */
public record CompactionMetrics(
    long passes,
    long failures,
    long bytesRead,
    long bytesWritten,
    long eventsRemoved,
    long dirtyBytes) {

  /** By how many bytes the log has become smaller. */
  public long bytesRemoved() {
    return bytesRead - bytesWritten;
  }
}
