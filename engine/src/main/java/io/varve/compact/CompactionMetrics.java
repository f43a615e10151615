package io.varve.compact;

/**
 * What compaction has done with a log since it was opened for writing, and what it has still to do.
 * All is 0 for a log that is not compacted.
 *
 * @param passes passes that came to their end
 * @param failures passes that failed, on a full disk for example; another is tried later
 * @param bytesRead bytes of segments that were written anew
 * @param bytesWritten bytes of the segments that took their place
 * @param eventsRemoved events that were left out
 * @param dirtyBytes bytes of sealed segments that were never compacted, as of the last time that
 *     the writer looked whether a pass is due
 * @param dirtySegments how many segments those are
 * @param lastPass the last pass that came to its end
 */
public record CompactionMetrics(
    long passes,
    long failures,
    long bytesRead,
    long bytesWritten,
    long eventsRemoved,
    long dirtyBytes,
    long dirtySegments,
    Pass lastPass) {

  /**
   * What one pass did.
   *
   * @param endMs when it ended, milliseconds since the Unix epoch; 0 if there was none
   * @param nanos how long it took, with its waiting for the I/O budget, nanoseconds
   * @param bytesRead bytes of segments that it wrote anew
   * @param bytesWritten bytes of the segments that took their place
   * @param eventsRemoved events that it left out
   */
  public record Pass(
      long endMs, long nanos, long bytesRead, long bytesWritten, long eventsRemoved) {

    static final Pass NONE = new Pass(0, 0, 0, 0, 0);
  }

  /** By how many bytes the log has become smaller. */
  public long bytesRemoved() {
    return bytesRead - bytesWritten;
  }
}
