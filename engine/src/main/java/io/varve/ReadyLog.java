package io.varve;

import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import io.varve.format.PackedEvent;
import io.varve.format.Progress;
import io.varve.format.Release;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The log to which a scheduler appends events when they are due, each with a header that tells how
 * far the scheduler is.
 *
 * <p>Thread: confined to the scheduler's.
 */
final class ReadyLog {

  private final LogWriter writer;
  private final SchedulerCounters counters;
  private final long openedMs;
  private final byte[] release = Release.emptyHeader();
  private @Nullable CompletableFuture<Long> committing;

  /**
   * @param openedMs when the scheduler was opened: what was due before is overdue
   */
  ReadyLog(LogWriter writer, SchedulerCounters counters, long openedMs) {
    this.writer = writer;
    this.counters = counters;
    this.openedMs = openedMs;
  }

  StreamPartition name() {
    return writer.log();
  }

  /**
   * Appends an event that is due.
   *
   * @param event as it stands in the log it comes from
   * @param offset its offset in the log it comes from
   * @param progress how far the scheduler is, with it
   * @param nowMs the time, by which it is due
   */
  void append(PackedEvent event, long offset, long dueMs, Progress progress, long nowMs) {
    Release.putInto(release, offset, dueMs, progress);
    writer.append(nowMs, event, release, dueMs);
    counters.released(Release.lateMs(dueMs, nowMs), dueMs < openedMs);
  }

  long nextOffset() {
    return writer.nextOffset();
  }

  /** Events with lower offsets are durable, and readers see them. */
  long durableOffset() {
    return writer.durableOffset();
  }

  /** Whether all that was appended is durable. */
  boolean isDurable() {
    return writer.durableOffset() == writer.nextOffset();
  }

  /** Asks for all to become durable, unless it is, or is becoming so. */
  void commit() {
    if (committing == null && !isDurable()) {
      committing = writer.commit();
    }
  }

  /** Whether a commit is under way, as far as {@link #completeCommit} has seen. */
  boolean isCommitting() {
    return committing != null;
  }

  /** Returns whether a commit was completed. */
  boolean completeCommit() {
    CompletableFuture<Long> asked = committing;
    if (asked == null || !asked.isDone()) {
      return false;
    }
    committing = null;
    try {
      asked.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof VarveException failure) {
        throw failure;
      }
      throw new StoreFailedException("Committing " + writer.log() + " failed", e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("a future that is done does not wait", e);
    }
    return true;
  }

  /** Whether its writer has failed. */
  boolean hasFailed() {
    return writer.failure() != null;
  }

  /** Waits until all is durable. */
  void sync() {
    writer.sync();
  }

  /** Lets go of the log with all durable. */
  void close() {
    writer.close();
  }

  /** Lets go of the log at once. */
  void abandon() {
    writer.abandon();
  }
}
