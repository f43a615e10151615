package io.varve.log;

import io.varve.base.CorruptionException;
import io.varve.format.BatchHeader;
import io.varve.format.CommitMark;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentFooter;
import io.varve.format.SegmentHeader;
import io.varve.format.SparseIndex;
import io.varve.io.BufferPool;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;

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

  /** Who gets the bytes of a segment in their order. They hold until it returns. */
  public interface Sink {
    void accept(ByteBuffer bytes) throws IOException;
  }

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
    CommitMark mark = new CommitMark(0, segment.firstOffset(), endPosition, 0, 0);
    SegmentEntry claimed = SegmentEntry.of(segment, mark).withIndex(indexEpoch);
    return walk(directory, claimed, indexIntervalBytes, pool, bytes -> {});
  }

  /**
   * Hands on every byte of a segment that is part of its log: header, batches, and the footer if it
   * has one. Each piece was checked before.
   *
   * @return what was found; an entry like {@code segment}, but for what that did not know
   * @throws CorruptionException at the first byte that isn't what was written, or at the front if
   *     there are fewer or more events than {@code segment} has
   */
  public static Result copy(
      Directory directory, SegmentEntry segment, int indexIntervalBytes, BufferPool pool, Sink sink)
      throws IOException {
    String path = directory.path() + "/" + segment.fileName();
    Result found;
    try (ReadFile file = directory.open(segment.fileName())) {
      ByteBuffer header = ByteBuffer.allocate(SegmentHeader.BYTES);
      file.read(header, 0);
      SegmentHeader.decode(header.flip(), path);
      sink.accept(header);
      found = walk(directory, segment, indexIntervalBytes, pool, sink);
      if (segment.sealed()) {
        ByteBuffer footer = ByteBuffer.allocate(SegmentFooter.BYTES);
        file.read(footer, segment.endPosition());
        SegmentFooter.decode(footer.flip(), path, segment.endPosition());
        sink.accept(footer);
      }
    }
    long events = found.entry() == null ? 0 : found.entry().events();
    if (events != segment.events()) {
      throw new CorruptionException(
          path,
          SegmentHeader.BYTES,
          "a segment of " + segment.events() + " events",
          events + " events");
    }
    return found;
  }

  private static Result walk(
      Directory directory, SegmentEntry segment, int indexIntervalBytes, BufferPool pool, Sink sink)
      throws IOException {
    SparseIndex.Builder index = new SparseIndex.Builder(indexIntervalBytes);
    long events = 0;
    long lastOffset = -1;
    long minTimestampMs = Long.MAX_VALUE;
    long maxTimestampMs = Long.MIN_VALUE;
    try (SegmentReader reader = SegmentReader.open(directory, segment.fileName(), pool, null)) {
      reader.limit(segment.endPosition());
      for (BatchHeader batch = reader.peek(); batch != null; batch = reader.peek()) {
        index.add(
            batch.baseOffset(), reader.position(), batch.minTimestampMs(), batch.maxTimestampMs());
        events += batch.count();
        lastOffset = batch.lastOffset();
        minTimestampMs = Math.min(minTimestampMs, batch.minTimestampMs());
        maxTimestampMs = Math.max(maxTimestampMs, batch.maxTimestampMs());
        sink.accept(reader.verify());
      }
    }
    SegmentEntry entry =
        events == 0
            ? null
            : new SegmentEntry(
                segment.firstOffset(),
                segment.epoch(),
                segment.endPosition(),
                lastOffset,
                events,
                minTimestampMs,
                maxTimestampMs,
                segment.createdMs(),
                segment.sealed(),
                segment.indexEpoch(),
                segment.rewrite(),
                segment.tombstonesUntilMs(),
                segment.replaced());
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
