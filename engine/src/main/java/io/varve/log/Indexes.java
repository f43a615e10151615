package io.varve.log;

import io.varve.base.CorruptionException;
import io.varve.format.SegmentEntry;
import io.varve.format.SparseIndex;
import io.varve.io.BufferPool;
import io.varve.io.Directory;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds a segment's index: on disk, or, when that is missing or damaged, in the segment itself. */
public final class Indexes {

  /** A block of an index has at least as many bytes, but for the last: mostly it is one batch. */
  public static final int INTERVAL_BYTES = 1 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(Indexes.class);

  private Indexes() {}

  /** The index on disk, if it is there and whole. */
  public static Optional<SparseIndex> stored(Directory directory, SegmentEntry segment)
      throws IOException {
    String name = segment.indexName();
    if (segment.indexEpoch() == 0 || !directory.contains(name)) {
      return Optional.empty();
    }
    String path = directory.path() + "/" + name;
    try {
      SparseIndex index =
          SparseIndex.decode(
              directory.readAll(name, SparseIndex.BYTES_MAX), segment.fileName(), path);
      checkEnd(index, segment, path);
      return Optional.of(index);
    } catch (CorruptionException e) {
      LOG.warn("Index {}/{} is damaged and will be made anew: {}", directory, name, e.getMessage());
      return Optional.empty();
    }
  }

  private static void checkEnd(SparseIndex index, SegmentEntry segment, String path) {
    int last = index.count() - 1;
    if (last >= 0 && index.position(last) >= segment.endPosition()) {
      throw new CorruptionException(
          path,
          0,
          "blocks of a segment that ends with byte " + segment.endPosition(),
          "one at byte " + index.position(last));
    }
  }

  /** The index on disk, or one made from the segment and kept in memory only. */
  public static SparseIndex load(Directory directory, SegmentEntry segment, BufferPool pool)
      throws IOException {
    Optional<SparseIndex> stored = stored(directory, segment);
    return stored.isPresent()
        ? stored.get()
        : SegmentScan.index(directory, segment, INTERVAL_BYTES, pool);
  }
}
