package io.varve.connect.sink;

import io.varve.DedupWriter.Taken;
import io.varve.LogWriter;
import io.varve.commit.RecoveryReport;
import io.varve.commit.WriterMetrics;
import io.varve.dedup.DedupMetrics;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A partition's log while it is written. See {@link LogWriter} for what the methods throw.
 *
 * <p>Thread: confined to the task's, but for the metrics.
 */
interface PartitionLog {

  StreamPartition log();

  /** What opening the log found. Thread: safe. */
  RecoveryReport recovery();

  /** Takes an event, if there is room. */
  Taken tryAppend(Event event);

  /** Goes on at a higher offset. */
  void skipTo(long offset);

  /**
   * Asks for all that was taken to become durable.
   *
   * @param position the offset below which every event of the topic was taken or passed over
   */
  CompletableFuture<?> commit(long position);

  /** The lowest offset that the next event may have. */
  long nextOffset();

  /** Whatever was taken below is durable. */
  long durableOffset();

  /**
   * Syncs and lets go of it.
   *
   * @param position as for {@link #commit}
   * @return false if not all was durable by then
   */
  boolean close(Duration wait, long position);

  /** Lets go of it at once; what is not durable is given up. */
  void abandon();

  /** Thread: safe. */
  WriterMetrics metrics();

  /** Null if message ids don't count. Thread: safe. */
  default @Nullable DedupMetrics dedupMetrics() {
    return null;
  }

  // ---- events below its end that come again ----

  /** Events from here on must come again; none of them if that is its end or more. */
  default long comesAgainFrom() {
    return Long.MAX_VALUE;
  }

  /** Whether the event at {@code offset}, below the end, may be one to {@link #keep}. */
  default boolean misses(long offset) {
    return false;
  }

  /** Takes one that was missed. Returns false if there is no room. */
  default boolean keep(Event event) {
    return true;
  }

  /** The topic's events below the end have come again up to and with this one. */
  default void passed(long offset) {}

  /** A log that stores every event. */
  record Plain(LogWriter writer) implements PartitionLog {

    @Override
    public StreamPartition log() {
      return writer.log();
    }

    @Override
    public RecoveryReport recovery() {
      return writer.recovery();
    }

    @Override
    public Taken tryAppend(Event event) {
      return writer.tryAppend(event) ? Taken.STORED : Taken.NO_ROOM;
    }

    @Override
    public void skipTo(long offset) {
      writer.skipTo(offset);
    }

    @Override
    public CompletableFuture<?> commit(long position) {
      return writer.commit();
    }

    @Override
    public long nextOffset() {
      return writer.nextOffset();
    }

    @Override
    public long durableOffset() {
      return writer.durableOffset();
    }

    @Override
    public boolean close(Duration wait, long position) {
      return writer.close(wait);
    }

    @Override
    public void abandon() {
      writer.abandon();
    }

    @Override
    public WriterMetrics metrics() {
      return writer.metrics();
    }
  }
}
