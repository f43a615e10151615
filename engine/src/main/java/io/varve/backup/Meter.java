package io.varve.backup;

import io.varve.base.Clock;
import java.util.concurrent.CancellationException;

/** Adds up what was done and tells a {@link Progress} of it. Thread: confined to one. */
final class Meter {

  private static final long STEP_BYTES = 1 << 20;

  private final Progress progress;
  private final Clock clock;
  private final long bytesTotal;
  private final long startNanos;
  private long bytesDone;
  private long toldBytes = -STEP_BYTES;

  Meter(Progress progress, long bytesTotal, Clock clock) {
    this.progress = progress;
    this.bytesTotal = bytesTotal;
    this.clock = clock;
    this.startNanos = clock.nanos();
  }

  /**
   * Counts {@code bytes} of {@code file} as done.
   *
   * @throws CancellationException if the work is to end
   */
  void add(String file, long bytes) {
    bytesDone += bytes;
    if (bytesDone - toldBytes < STEP_BYTES && bytesDone != bytesTotal) {
      return;
    }
    toldBytes = bytesDone;
    long elapsedMs = (clock.nanos() - startNanos) / 1_000_000;
    if (!progress.proceed(new Progress.Status(file, bytesDone, bytesTotal, elapsedMs))) {
      throw new CancellationException(
          "Ended as asked, after " + bytesDone + " of " + bytesTotal + " bytes");
    }
  }
}
