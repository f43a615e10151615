package io.varve;

import io.varve.base.BadEventException;
import io.varve.base.Clock;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.commit.RecoveryReport;
import io.varve.commit.WriterMetrics;
import io.varve.dedup.Buckets;
import io.varve.dedup.DedupMetrics;
import io.varve.dedup.DedupWindow;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one log, each message id once within a time: an event whose id the log has seen less
 * than {@code dedup.ttl} before is not stored, and leaves a gap in the offsets. Events without an
 * id are all stored. See {@link DedupWindow} for what counts as a duplicate, and {@link LogWriter}
 * for all else.
 *
 * <p>What is known of ids is never more than what the log holds, nor less: see the invariants of
 * the room {@code dedup}. A failure of either ends both.
 *
 * <p>Thread: confined to one, but for {@link #durableOffset}, {@link #failure}, {@link #metrics}
 * and {@link #dedupMetrics}.
 */
public final class DedupWriter implements AutoCloseable {

  private final LogWriter writer;
  private final DedupWindow window;
  private final Buckets buckets;
  private final Executor strand;
  private final Clock clock;
  private final long readEvents;
  private long committedFor;
  private boolean closed;

  DedupWriter(
      LogWriter writer,
      DedupWindow window,
      Buckets buckets,
      Executor strand,
      Clock clock,
      long readEvents) {
    this.writer = writer;
    this.window = window;
    this.buckets = buckets;
    this.strand = strand;
    this.clock = clock;
    this.readEvents = readEvents;
  }

  /** What became of an event. */
  public enum Taken {
    /** It is appended. */
    STORED,
    /** Its id was there: it is not appended, and the log goes on behind its offset. */
    DUPLICATE,
    /** So much waits to be written that the caller should come again later; nothing changed. */
    NO_ROOM
  }

  /** The log that is written. */
  public StreamPartition log() {
    return writer.log();
  }

  /** What opening the log found. */
  public RecoveryReport recovery() {
    return writer.recovery();
  }

  /**
   * Takes an event, if there is room; never waits but for a look at the disk.
   *
   * @param offset {@link #nextOffset} or higher
   * @param messageId its id; null if it has none
   * @throws BadEventException if the offset does not rise, the event or its id is too large, or it
   *     has an id and no timestamp
   * @throws io.varve.base.FencedException if another writer has taken the log over
   * @throws StoreFailedException if something could not be read, written or synced
   */
  public Taken tryAppend(
      long offset,
      long timestampMs,
      TimestampType timestampType,
      Encoding keyEncoding,
      byte @Nullable [] key,
      Encoding valueEncoding,
      byte @Nullable [] value,
      Headers headers,
      byte @Nullable [] messageId,
      long dueTimeMs) {
    if (messageId != null && !closed && offset >= writer.nextOffset()) {
      if (timestampMs < 0) {
        throw new BadEventException(
            log()
                + ": the event at offset "
                + offset
                + " has a message id and no timestamp, so nobody can tell how old the id is");
      }
      if (window.seen(messageId, messageId.length, timestampMs)) {
        writer.skipTo(offset + 1);
        window.skippedTo(offset + 1);
        return Taken.DUPLICATE;
      }
      if (!hasRoom()) {
        return Taken.NO_ROOM;
      }
    }
    VarveException failure = window.failure();
    if (failure != null) {
      throw failure;
    }
    if (!writer.tryAppend(
        offset,
        timestampMs,
        timestampType,
        keyEncoding,
        key,
        valueEncoding,
        value,
        headers,
        messageId,
        dueTimeMs)) {
      return Taken.NO_ROOM;
    }
    if (messageId == null) {
      window.storedWithoutId(offset, timestampMs);
    } else {
      window.stored(offset, timestampMs);
    }
    return Taken.STORED;
  }

  /** The same for an event in one piece. */
  public Taken tryAppend(Event event) {
    return tryAppend(
        event.offset(),
        event.timestampMs(),
        event.timestampType(),
        event.keyEncoding(),
        event.key(),
        event.valueEncoding(),
        event.value(),
        event.headers(),
        event.messageId(),
        event.dueTimeMs());
  }

  /** What the window has to save must be durable first; who doesn't commit is helped to. */
  private boolean hasRoom() {
    if (window.hasRoom(writer.durableOffset())) {
      return true;
    }
    long awaited = window.awaitedOffset();
    if (awaited > committedFor) {
      committedFor = awaited;
      // Its failure is the writer's, which the next call meets.
      CompletableFuture<Long> unused = writer.commit();
    }
    return false;
  }

  /**
   * Appends an event, waiting for room if it must.
   *
   * @return whether it is stored, and no duplicate
   */
  public boolean append(Event event) {
    while (true) {
      Taken taken = tryAppend(event);
      if (taken != Taken.NO_ROOM) {
        return taken == Taken.STORED;
      }
      if (window.awaitedOffset() > writer.durableOffset()) {
        writer.sync();
      }
      window.durable(writer.durableOffset());
      await(window.saving());
      writer.awaitRoom();
    }
  }

  /** As {@link LogWriter#skipTo}. */
  public void skipTo(long offset) {
    writer.skipTo(offset);
    window.skippedTo(offset);
  }

  /** As {@link LogWriter#commit}. */
  public CompletableFuture<Long> commit() {
    return writer.commit();
  }

  /** As {@link LogWriter#sync}. */
  public long sync() {
    return writer.sync();
  }

  /** The lowest offset that the next event may have. */
  public long nextOffset() {
    return writer.nextOffset();
  }

  /** Everything with a lower offset is durable or a duplicate of what is. Thread: safe. */
  public long durableOffset() {
    return writer.durableOffset();
  }

  /** What ended this writer, or null while it works. Thread: safe. */
  public @Nullable VarveException failure() {
    VarveException failure = writer.failure();
    return failure == null ? window.failure() : failure;
  }

  /** What the log's writer has done so far. Thread: safe. */
  public WriterMetrics metrics() {
    return writer.metrics();
  }

  /** What is known of ids, and what that takes. Thread: safe. */
  public DedupMetrics dedupMetrics() {
    return window.metrics(readEvents);
  }

  /** Commits, seals and lets go of the log; throws if that fails. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        writer.close();
      } finally {
        await(release(writer.failure() == null && window.failure() == null));
      }
    }
  }

  /**
   * As {@link LogWriter#close(Duration)}, and no longer than that in all; what is not saved of ids
   * by then is saved later. An interrupt ends the waiting, and the thread stays interrupted.
   */
  public boolean close(Duration wait) {
    if (closed) {
      return writer.close(wait);
    }
    closed = true;
    long beganNanos = clock.nanos();
    boolean durable = writer.close(wait);
    CompletableFuture<?> released = release(durable && window.failure() == null);
    long leftNanos = wait.toNanos() - (clock.nanos() - beganNanos);
    try {
      await(released, Math.max(0, leftNanos));
    } catch (InterruptedException e) {
      // It goes on in the background.
      Thread.currentThread().interrupt();
    }
    return durable;
  }

  /** Lets go of the log at once and writes nothing more; what is not durable is given up. */
  public void abandon() {
    if (!closed) {
      closed = true;
      writer.abandon();
      CompletableFuture<?> unused = release(false);
    }
  }

  /** Behind what is still being saved, in whose thread nobody uses the window any more. */
  private CompletableFuture<@Nullable Void> release(boolean save) {
    CompletableFuture<@Nullable Void> released = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            if (save) {
              window.saveRest(writer.durableOffset());
            }
          } catch (VarveException e) {
            // What isn't saved is read from the log.
          } finally {
            try {
              buckets.close();
            } finally {
              released.complete(null);
            }
          }
        };
    try {
      strand.execute(task);
    } catch (RejectedExecutionException e) {
      // The store is closed, and with it the threads that would use the buckets.
      task.run();
    }
    return released;
  }

  private void await(CompletableFuture<?> saving) {
    try {
      await(saving, Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreFailedException("Interrupted while message ids of " + log() + " are saved", e);
    }
  }

  private void await(CompletableFuture<?> saving, long nanos) throws InterruptedException {
    try {
      saving.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // It goes on in the background.
    } catch (ExecutionException e) {
      if (e.getCause() instanceof VarveException failure) {
        throw failure;
      }
      throw new StoreFailedException("Saving message ids of " + log() + " failed", e.getCause());
    }
  }
}
