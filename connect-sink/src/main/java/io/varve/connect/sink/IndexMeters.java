package io.varve.connect.sink;

import io.varve.FieldIndexes;
import io.varve.field.FieldBuild;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How building a partition's field indexes goes, since the task has it.
 *
 * <p>Thread: safe.
 */
final class IndexMeters implements FieldIndexes.Watch {

  private final AtomicLong segments = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile long bytesLeft;
  private volatile long elsewhere;

  @Override
  public void read(long events, long segmentBytes, long segmentBytesLeft) {
    bytesLeft = segmentBytesLeft;
  }

  @Override
  public void built(FieldBuild.Report report) {
    segments.addAndGet(report.built());
    bytes.addAndGet(report.bytes());
    elsewhere = report.elsewhere();
    bytesLeft = 0;
  }

  @Override
  public void failed(Exception cause) {
    failures.incrementAndGet();
  }

  /** Segments that got an index. */
  long segments() {
    return segments.get();
  }

  /** Bytes of those indexes. */
  long bytes() {
    return bytes.get();
  }

  /** Times that something could not be built. */
  long failures() {
    return failures.get();
  }

  /** Bytes of segments that are still to be read for an index, while one is built. */
  long bytesLeft() {
    return bytesLeft;
  }

  /** Segments that another builder is at. */
  long elsewhere() {
    return elsewhere;
  }
}
