package io.varve.log;

import io.varve.base.CorruptionException;
import io.varve.format.BatchHeader;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import io.varve.format.SparseIndex;
import io.varve.io.BufferPool;
import io.varve.io.Directory;
import java.io.IOException;

/**
 * What a segment holds, found out by walking it: for one whose writer died, and for one whose index
 * is gone.
 */
public final class SegmentScan {

  private SegmentScan() {}

  /**
   * The entry and index of a segment.
   *
   * @param entry null for a segment without a single event
   */
  public record Result(@org.jspecify.annotations.Nullable SegmentEntry entry, SparseIndex index) {}

  /**
   * Walks a segment up to {@code endPosition}, checking every byte.
   *
   * @param indexEpoch the epoch that will store the index, for the entry
   * @throws CorruptionException at the first byte that isn't what was written
   */
  public static Result verify(
      Directory directory,
      Manifest.OpenSegment segment,
      long endPosition,
      long indexEpoch,
      int indexIntervalBytes,
      BufferPool pool)
      throws IOException {
    SparseIndex.Builder index = new SparseIndex.Builder(indexIntervalBytes);
    long events = 0;
    long lastOffset = -1;
    long minTimestampMs = Long.MAX_VALUE;
    long maxTimestampMs = Long.MIN_VALUE;
    try (SegmentReader reader = SegmentReader.open(directory, segment.fileName(), pool, null)) {
      reader.limit(endPosition);
      for (BatchHeader batch = reader.peek(); batch != null; batch = reader.peek()) {
        index.add(
            batch.baseOffset(), reader.position(), batch.minTimestampMs(), batch.maxTimestampMs());
        events += batch.count();
        lastOffset = batch.lastOffset();
        minTimestampMs = Math.min(minTimestampMs, batch.minTimestampMs());
        maxTimestampMs = Math.max(maxTimestampMs, batch.maxTimestampMs());
        reader.verify();
      }
    }
    SegmentEntry entry =
        events == 0
            ? null
            : new SegmentEntry(
                segment.firstOffset(),
                segment.epoch(),
                endPosition,
                lastOffset,
                events,
                minTimestampMs,
                maxTimestampMs,
                segment.createdMs(),
                false,
                indexEpoch);
    return new Result(entry, index.build());
  }

  /** Makes a segment's index from its batch headers, without reading payloads. */
  public static SparseIndex index(
      Directory directory, SegmentEntry segment, int indexIntervalBytes, BufferPool pool)
      throws IOException {
    SparseIndex.Builder index = new SparseIndex.Builder(indexIntervalBytes);
    try (SegmentReader reader = SegmentReader.open(directory, segment.fileName(), pool, null)) {
      reader.limit(segment.endPosition());
      for (BatchHeader batch = reader.peek(); batch != null; batch = reader.peek()) {
        index.add(
            batch.baseOffset(), reader.position(), batch.minTimestampMs(), batch.maxTimestampMs());
        reader.skip();
      }
    }
    return index.build();
  }
}
