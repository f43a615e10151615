package io.varve.format;

/**
 * What a manifest says of a segment that gets no more events. Immutable, like the segment.
 *
 * @param firstOffset the offset of its first event
 * @param epoch the epoch of the writer that made it
 * @param endPosition where its last committed batch ends; bytes behind are a footer, or the torn
 *     tail of a writer that died
 * @param lastOffset the offset of its last event
 * @param events number of events
 * @param minTimestampMs the lowest timestamp, {@link Long#MAX_VALUE} if no event has one
 * @param maxTimestampMs the highest timestamp, {@link Long#MIN_VALUE} if no event has one
 * @param createdMs when the file was made, milliseconds since the Unix epoch
 * @param sealed whether a footer stands at {@code endPosition}
 * @param indexEpoch the epoch that built its index, 0 if it has none
 */
public record SegmentEntry(
    long firstOffset,
    long epoch,
    long endPosition,
    long lastOffset,
    long events,
    long minTimestampMs,
    long maxTimestampMs,
    long createdMs,
    boolean sealed,
    long indexEpoch) {

  /** Length on disk. */
  static final int BYTES = 9 * 8 + 8;

  /** The name of its file. */
  public String fileName() {
    return FileNames.segment(firstOffset, epoch);
  }

  /** The name of its index; it may be missing or damaged, and is then made anew. */
  public String indexName() {
    return FileNames.index(firstOffset, epoch, indexEpoch);
  }

  /** The same segment with an index built by {@code epoch}. */
  public SegmentEntry withIndex(long builtByEpoch) {
    return new SegmentEntry(
        firstOffset,
        epoch,
        endPosition,
        lastOffset,
        events,
        minTimestampMs,
        maxTimestampMs,
        createdMs,
        sealed,
        builtByEpoch);
  }

  /** Bytes of its batches and header, and of the footer if it has one. */
  public long bytes() {
    return endPosition + (sealed ? SegmentFooter.BYTES : 0);
  }

  /** Whether an event with a timestamp in [{@code fromMs}, {@code toMs}) can be in it. */
  public boolean mayHoldTimes(long fromMs, long toMs) {
    return maxTimestampMs >= fromMs && minTimestampMs < toMs;
  }
}
