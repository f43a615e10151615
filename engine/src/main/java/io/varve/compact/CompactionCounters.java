package io.varve.compact;

import io.varve.base.Clock;
import io.varve.compact.CompactionMetrics.Pass;
import io.varve.format.SegmentEntry;
import java.util.List;

/** Counts what compaction does. Thread: safe, guarded by itself. */
final class CompactionCounters {

  private final Clock clock;
  private long passes;
  private long failures;
  private long bytesRead;
  private long bytesWritten;
  private long eventsRemoved;
  private long dirtyBytes;
  private long dirtySegments;
  private Pass lastPass = Pass.NONE;

  // What had been done when the pass under way began.
  private long begunNanos;
  private long bytesReadBefore;
  private long bytesWrittenBefore;
  private long eventsRemovedBefore;

  CompactionCounters(Clock clock) {
    this.clock = clock;
  }

  synchronized void began() {
    begunNanos = clock.nanos();
    bytesReadBefore = bytesRead;
    bytesWrittenBefore = bytesWritten;
    eventsRemovedBefore = eventsRemoved;
  }

  synchronized void passed() {
    passes++;
    lastPass =
        new Pass(
            clock.wallMs(),
            clock.nanos() - begunNanos,
            bytesRead - bytesReadBefore,
            bytesWritten - bytesWrittenBefore,
            eventsRemoved - eventsRemovedBefore);
  }

  synchronized void failed() {
    failures++;
  }

  synchronized void rewritten(List<SegmentEntry> inputs, List<SegmentEntry> outputs) {
    bytesRead += Compaction.bytes(inputs);
    bytesWritten += Compaction.bytes(outputs);
    eventsRemoved += events(inputs) - events(outputs);
  }

  /** Notes which segments of the log wait to be compacted. */
  synchronized void look(List<SegmentEntry> segments) {
    List<SegmentEntry> dirty = Compaction.dirty(segments);
    dirtyBytes = Compaction.bytes(dirty);
    dirtySegments = dirty.size();
  }

  synchronized CompactionMetrics snapshot() {
    return new CompactionMetrics(
        passes,
        failures,
        bytesRead,
        bytesWritten,
        eventsRemoved,
        dirtyBytes,
        dirtySegments,
        lastPass);
  }

  private static long events(List<SegmentEntry> segments) {
    return segments.stream().mapToLong(SegmentEntry::events).sum();
  }
}
