package io.varve.benchmarks.flink;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Counts what arrives, from the first to the last, of the one job that runs now in this process.
 * Starting a job is not counted.
 */
final class Arrivals implements Sink<byte[]> {

  private static final long serialVersionUID = 1L;

  private static final AtomicLong EVENTS = new AtomicLong();
  private static final AtomicLong FIRST_NANOS = new AtomicLong(Long.MAX_VALUE);
  private static final AtomicLong LAST_NANOS = new AtomicLong(Long.MIN_VALUE);

  static void reset() {
    EVENTS.set(0);
    FIRST_NANOS.set(Long.MAX_VALUE);
    LAST_NANOS.set(Long.MIN_VALUE);
  }

  static long events() {
    return EVENTS.get();
  }

  static long nanos() {
    return LAST_NANOS.get() - FIRST_NANOS.get();
  }

  @Override
  public SinkWriter<byte[]> createWriter(WriterInitContext context) {
    return new Writer();
  }

  /** Counts on its own until it ends. */
  private static final class Writer implements SinkWriter<byte[]> {

    private long events;
    private long bytes;
    private long firstNanos;

    @Override
    public void write(byte[] element, Context context) {
      if (events == 0) {
        firstNanos = System.nanoTime();
      }
      events++;
      bytes += element.length;
    }

    @Override
    public void flush(boolean endOfInput) {
      if (endOfInput && bytes > 0) {
        EVENTS.addAndGet(events);
        FIRST_NANOS.accumulateAndGet(firstNanos, Math::min);
        LAST_NANOS.accumulateAndGet(System.nanoTime(), Math::max);
      }
    }

    @Override
    public void close() {}
  }
}
