package io.varve.connect.sink;

import io.varve.base.Clock;
import io.varve.connect.sink.LogMeter.Reading;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A log whose writer is asked now and then: whoever collects metrics asks for one after another,
 * and all of them come from one reading.
 *
 * <p>Thread: safe.
 */
final class ShownLog {

  private static final long READING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final PartitionLog writer;
  private final Clock clock;
  private volatile @Nullable Timed last;

  private record Timed(Reading reading, long nanos) {}

  ShownLog(PartitionLog writer, Clock clock) {
    this.writer = writer;
    this.clock = clock;
  }

  /** What the writer tells, or told half a second ago at most. */
  Reading reading() {
    long nowNanos = clock.nanos();
    Timed timed = last;
    if (timed == null || nowNanos - timed.nanos() >= READING_NANOS) {
      timed =
          new Timed(
              new Reading(writer.metrics(), writer.recovery(), writer.dedupMetrics()), nowNanos);
      last = timed;
    }
    return timed.reading();
  }
}
