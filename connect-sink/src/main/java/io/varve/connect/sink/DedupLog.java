package io.varve.connect.sink;

import io.varve.DedupWriter;
import io.varve.DedupWriter.Taken;
import io.varve.base.BadEventException;
import io.varve.commit.RecoveryReport;
import io.varve.commit.WriterMetrics;
import io.varve.dedup.DedupMetrics;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A log that stores each message id once, and keeps what it leaves out elsewhere if that is wanted.
 *
 * <p>Thread: confined to the task's, but for the metrics.
 *
 * @param duplicates null if nobody keeps them
 */
record DedupLog(DedupWriter writer, @Nullable DuplicatesLog duplicates) implements PartitionLog {

  @Override
  public StreamPartition log() {
    return writer.log();
  }

  @Override
  public RecoveryReport recovery() {
    return writer.recovery();
  }

  /**
   * @throws BadEventException if the event can't be stored. Where duplicates are kept its size must
   *     have been checked before: the log passes a duplicate before it is kept
   */
  @Override
  public Taken tryAppend(Event event) {
    // A log that has passed the event's offset said so when it came before.
    Taken taken = event.offset() < writer.nextOffset() ? Taken.DUPLICATE : writer.tryAppend(event);
    return taken == Taken.DUPLICATE && !keep(event) ? Taken.NO_ROOM : taken;
  }

  @Override
  public void skipTo(long offset) {
    writer.skipTo(offset);
  }

  @Override
  public CompletableFuture<?> commit(long position) {
    CompletableFuture<Long> commit = writer.commit();
    return duplicates == null
        ? commit
        : CompletableFuture.allOf(commit, duplicates.commit(position));
  }

  @Override
  public long nextOffset() {
    return writer.nextOffset();
  }

  @Override
  public long durableOffset() {
    long durable = writer.durableOffset();
    return duplicates == null ? durable : duplicates.durableOffset(durable);
  }

  @Override
  public boolean close(Duration wait, long position) {
    long deadlineNanos = System.nanoTime() + wait.toNanos();
    boolean kept = duplicates == null || duplicates.close(wait, position);
    long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
    return writer.close(Duration.ofNanos(leftNanos)) && kept;
  }

  @Override
  public void abandon() {
    writer.abandon();
    if (duplicates != null) {
      duplicates.abandon();
    }
  }

  @Override
  public WriterMetrics metrics() {
    return writer.metrics();
  }

  @Override
  public DedupMetrics dedupMetrics() {
    return writer.dedupMetrics();
  }

  @Override
  public long comesAgainFrom() {
    return duplicates == null ? Long.MAX_VALUE : duplicates.comesAgainFrom();
  }

  @Override
  public boolean misses(long offset) {
    return duplicates != null && duplicates.misses(offset);
  }

  @Override
  public boolean keep(Event event) {
    return duplicates == null || event.messageId() == null || duplicates.tryAppend(event);
  }

  @Override
  public void passed(long offset) {
    if (duplicates != null) {
      duplicates.passed(offset);
    }
  }
}
