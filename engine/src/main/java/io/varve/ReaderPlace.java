package io.varve;

import io.varve.base.Clock;
import io.varve.format.BatchHeader;
import io.varve.manifest.ReaderLeases;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Where a reader is: for those who keep the files that it needs, and those who watch how far it is.
 * Others learn of it by the lease, which follows about once a second.
 *
 * <p>Thread: confined to the reader's, but for {@link #metrics}.
 */
final class ReaderPlace implements Closeable {

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ReaderLeases.Lease lease;
  private final Clock clock;
  private long lookedNanos;
  private volatile ReaderMetrics metrics;

  /**
   * @param lease from {@code offset} on
   */
  ReaderPlace(ReaderLeases.Lease lease, Clock clock, long offset, long endOffset) {
    this.lease = lease;
    this.clock = clock;
    this.lookedNanos = clock.nanos();
    this.metrics = new ReaderMetrics(offset, endOffset, 0, 0);
  }

  /** States that everything from {@code offset} on is needed, and no more than that. */
  void need(long offset) throws IOException {
    lease.move(offset);
  }

  /** Whether it is time to look how far the log is by now. If so, it counts as done. */
  boolean isLookDue() {
    long nowNanos = clock.nanos();
    if (nowNanos - lookedNanos < LOOK_NANOS) {
      return false;
    }
    lookedNanos = nowNanos;
    return true;
  }

  /**
   * It reads a batch, from {@code offset} on.
   *
   * @param endOffset every published event has a lower offset, or one that it was told before
   */
  void reads(BatchHeader batch, long offset, long endOffset) {
    ReaderMetrics before = metrics;
    metrics =
        new ReaderMetrics(
            offset,
            Math.max(before.endOffset(), endOffset),
            before.batches() + 1,
            before.storedBytes() + batch.totalBytes());
  }

  /** It has come to {@code offset} and found nothing more for now. */
  void waits(long offset, long endOffset) throws IOException {
    ReaderMetrics before = metrics;
    long end = Math.max(before.endOffset(), endOffset);
    if (before.position() != offset || before.endOffset() != end) {
      metrics = new ReaderMetrics(offset, end, before.batches(), before.storedBytes());
    }
    if (isLookDue()) {
      need(offset);
    }
  }

  /** Thread: safe. */
  ReaderMetrics metrics() {
    return metrics;
  }

  @Override
  public void close() throws IOException {
    lease.close();
  }
}
