package io.varve.verify;

import io.varve.format.BatchHeader;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentFooter;

/** What is said of a segment's events in more than one place. */
record Figures(long events, long lastOffset, long minTimestampMs, long maxTimestampMs) {

  /** Those of no events, in a segment whose events have offsets above {@code lastOffset}. */
  static Figures none(long lastOffset) {
    return new Figures(0, lastOffset, Long.MAX_VALUE, Long.MIN_VALUE);
  }

  static Figures of(SegmentEntry entry) {
    return new Figures(
        entry.events(), entry.lastOffset(), entry.minTimestampMs(), entry.maxTimestampMs());
  }

  static Figures of(SegmentFooter footer) {
    return new Figures(
        footer.events(), footer.lastOffset(), footer.minTimestampMs(), footer.maxTimestampMs());
  }

  /** These and the events of the next batch. */
  Figures and(BatchHeader batch) {
    return new Figures(
        events + batch.count(),
        batch.lastOffset(),
        Math.min(minTimestampMs, batch.minTimestampMs()),
        Math.max(maxTimestampMs, batch.maxTimestampMs()));
  }

  @Override
  public String toString() {
    return events
        + " events up to offset "
        + lastOffset
        + ", timestamps "
        + minTimestampMs
        + " to "
        + maxTimestampMs;
  }
}
