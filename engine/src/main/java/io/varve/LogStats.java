package io.varve;

import io.varve.format.Owner;

/**
 * A log at one moment.
 *
 * @param startOffset the first offset that retention has left, or the next offset if there is no
 *     event
 * @param nextOffset every committed event has a lower offset
 * @param events committed events
 * @param bytes their bytes on disk, with headers and footers
 * @param segments number of segments, the open one included
 * @param dirtySegments sealed segments that were never compacted: all, if the log isn't
 * @param dirtyBytes their bytes
 * @param compacted whether compaction has written any of the segments
 * @param retiredSegments segments that are no longer part of the log, and whose files stay because
 *     a reader or a snapshot needs them, or until the writer looks again
 * @param retiredBytes their bytes
 * @param minTimestampMs the lowest timestamp in sealed segments, {@link Long#MAX_VALUE} if there is
 *     none
 * @param maxTimestampMs the highest timestamp in sealed segments, {@link Long#MIN_VALUE} if there
 *     is none
 * @param epoch how often the log was opened for writing
 * @param owner who writes it, or wrote it last
 * @param owned whether that owner has not closed it
 */
public record LogStats(
    long startOffset,
    long nextOffset,
    long events,
    long bytes,
    int segments,
    int dirtySegments,
    long dirtyBytes,
    boolean compacted,
    int retiredSegments,
    long retiredBytes,
    long minTimestampMs,
    long maxTimestampMs,
    long epoch,
    Owner owner,
    boolean owned) {

  /**
   * Offsets between start and next that hold no event: gaps that came with the events or that
   * compaction made.
   */
  public long missingOffsets() {
    return nextOffset - startOffset - events;
  }
}
