package io.varve;

import io.varve.field.Candidates;
import io.varve.field.Condition;
import io.varve.field.FieldFolder;
import io.varve.format.SegmentEntry;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a reader looks for, and what its log's field indexes say of where that may be.
 *
 * <p>Thread: confined to the reader's, but for the counts.
 */
final class FieldSearch {

  private final FieldFolder folder;
  private final Condition condition;
  private final String extractor;
  private final AtomicLong segmentsIndexed = new AtomicLong();
  private final AtomicLong segmentsWhole = new AtomicLong();
  private final AtomicLong blocksTotal = new AtomicLong();
  private final AtomicLong blocksWanted = new AtomicLong();
  private final AtomicLong bytesWanted = new AtomicLong();

  FieldSearch(FieldFolder folder, Condition condition, String extractor) {
    this.folder = folder;
    this.condition = condition;
    this.extractor = extractor;
  }

  /** The blocks of a segment that are worth a look; null if all of it is to be read. */
  @Nullable Candidates in(SegmentEntry segment) throws IOException {
    if (!folder.holds(segment)) {
      // It may have come since: a tail that is followed meets segments that were just sealed.
      folder.refresh();
    }
    Candidates found = folder.find(segment, condition, extractor);
    if (found == null) {
      segmentsWhole.incrementAndGet();
      bytesWanted.addAndGet(segment.endPosition());
    } else {
      segmentsIndexed.incrementAndGet();
      blocksTotal.addAndGet(found.blocksTotal());
      blocksWanted.addAndGet(found.blocksWanted());
      bytesWanted.addAndGet(found.bytesWanted());
    }
    return found;
  }

  FieldSearchReport report() {
    return new FieldSearchReport(
        segmentsIndexed.get(),
        segmentsWhole.get(),
        blocksTotal.get(),
        blocksWanted.get(),
        bytesWanted.get());
  }
}
