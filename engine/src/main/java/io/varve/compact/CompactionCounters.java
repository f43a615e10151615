package io.varve.compact;

import io.varve.format.SegmentEntry;
import java.util.List;

/** Counts what compaction does. Thread: safe, guarded by itself. */
final class CompactionCounters {

  private long passes;
  private long failures;
  private long bytesRead;
  private long bytesWritten;
  private long eventsRemoved;
  private long dirtyBytes;

  synchronized void passed() {
    passes++;
  }

  synchronized void failed() {
    failures++;
  }

  synchronized void rewritten(List<SegmentEntry> inputs, List<SegmentEntry> outputs) {
    bytesRead += bytes(inputs);
    bytesWritten += bytes(outputs);
    eventsRemoved += events(inputs) - events(outputs);
  }

  synchronized void dirty(long bytes) {
    dirtyBytes = bytes;
  }

  synchronized CompactionMetrics snapshot() {
    return new CompactionMetrics(
        passes, failures, bytesRead, bytesWritten, eventsRemoved, dirtyBytes);
  }

  private static long bytes(List<SegmentEntry> segments) {
    return segments.stream().mapToLong(SegmentEntry::bytes).sum();
  }

  private static long events(List<SegmentEntry> segments) {
    return segments.stream().mapToLong(SegmentEntry::events).sum();
  }
}
