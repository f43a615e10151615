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
 * @param rewrite which of the segments that compaction wrote in that epoch, from 1; 0 for one that
 *     was appended
 * @param tombstonesUntilMs until when its tombstones stay, milliseconds since the Unix epoch; 0 if
 *     it has none, {@link #DIRTY} if it has not been compacted
 * @param replaced whether it is retired because compaction has written its events anew, in another
 *     segment
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
    long indexEpoch,
    int rewrite,
    long tombstonesUntilMs,
    boolean replaced) {

  /** The {@link #tombstonesUntilMs} of a segment that has not been compacted. */
  public static final long DIRTY = -1;

  /** Length on disk. */
  static final int BYTES = 12 * 8;

  /** An entry for a segment that was appended. */
  public SegmentEntry(
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
    this(
        firstOffset,
        epoch,
        endPosition,
        lastOffset,
        events,
        minTimestampMs,
        maxTimestampMs,
        createdMs,
        sealed,
        indexEpoch,
        0,
        DIRTY,
        false);
  }

  /**
   * An open segment as far as {@code mark} says; that it has no timestamps and no index is all that
   * is known before it was walked.
   */
  public static SegmentEntry of(Manifest.OpenSegment open, CommitMark mark) {
    return new SegmentEntry(
        open.firstOffset(),
        open.epoch(),
        mark.endPosition(),
        mark.nextOffset() - 1,
        mark.events(),
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        open.createdMs(),
        false,
        0);
  }

  /** The name of its file. */
  public String fileName() {
    return FileNames.segment(firstOffset, epoch, rewrite);
  }

  /** The name of its index; it may be missing or damaged, and is then made anew. */
  public String indexName() {
    return FileNames.index(firstOffset, epoch, rewrite, indexEpoch);
  }

  /** The same segment with an index built by {@code builtByEpoch}. */
  public SegmentEntry withIndex(long builtByEpoch) {
    return with(builtByEpoch, tombstonesUntilMs, replaced);
  }

  /** The same segment, compacted, with tombstones that stay until then; 0 if it has none. */
  public SegmentEntry compacted(long tombstonesStayUntilMs) {
    return with(indexEpoch, tombstonesStayUntilMs, false);
  }

  /** The same segment as one that is retired because compaction has replaced it. */
  public SegmentEntry asReplaced() {
    return with(indexEpoch, tombstonesUntilMs, true);
  }

  private SegmentEntry with(long builtByEpoch, long tombstonesStayUntilMs, boolean isReplaced) {
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
        builtByEpoch,
        rewrite,
        tombstonesStayUntilMs,
        isReplaced);
  }

  /** Whether it has not been compacted. */
  public boolean dirty() {
    return tombstonesUntilMs == DIRTY;
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
