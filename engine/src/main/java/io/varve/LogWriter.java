package io.varve;

import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.commit.Committer;
import io.varve.commit.RecoveryReport;
import io.varve.commit.WriterMetrics;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.PackedEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one log. Appending only packs events into memory; the store's background threads
 * compress, write and sync. An event is durable, and shown to readers, once a {@link #commit} that
 * covers it is done, or {@link #durableOffset} is above it.
 *
 * <p>The first failed write or sync ends the writer: every later call throws that first cause. So
 * does another writer's taking over. Close it and open another; nothing that was durable is lost.
 *
 * <p>Thread: confined to one, but for {@link #durableOffset}, {@link #failure} and {@link
 * #metrics}.
 */
public final class LogWriter implements AutoCloseable {

  private final StreamPartition log;
  private final Committer committer;
  private final RecoveryReport recovery;
  private boolean closed;

  LogWriter(StreamPartition log, Committer committer, RecoveryReport recovery) {
    this.log = log;
    this.committer = committer;
    this.recovery = recovery;
  }

  /** The log that is written. */
  public StreamPartition log() {
    return log;
  }

  /** What opening it found. */
  public RecoveryReport recovery() {
    return recovery;
  }

  /**
   * Takes an event, if there is room; never blocks.
   *
   * @param offset {@link #nextOffset} or higher
   * @return false if so much waits to be written that the caller should come again later
   * @throws io.varve.base.BadEventException if the offset does not rise or the event is too large
   * @throws io.varve.base.FencedException if another writer has taken the log over
   * @throws StoreFailedException if a write or sync has failed
   */
  public boolean tryAppend(
      long offset,
      long timestampMs,
      TimestampType timestampType,
      Encoding keyEncoding,
      byte @Nullable [] key,
      Encoding valueEncoding,
      byte @Nullable [] value,
      Headers headers) {
    return tryAppend(
        offset,
        timestampMs,
        timestampType,
        keyEncoding,
        key,
        valueEncoding,
        value,
        headers,
        null,
        Event.NOT_DELAYED);
  }

  /** The same with a message id and a due time. */
  boolean tryAppend(
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
    return committer.tryAppend(
        offset,
        timestampMs,
        timestampType,
        keyEncoding,
        key,
        valueEncoding,
        value,
        headers,
        messageId,
        dueTimeMs);
  }

  /** The same for an event in one piece. */
  public boolean tryAppend(Event event) {
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

  /**
   * Appends an event that was taken from another log at the next offset, however large it is,
   * waiting for room if it must.
   *
   * @param header one header more, as it stands in a batch
   */
  void append(long timestampMs, PackedEvent event, byte[] header, long dueTimeMs) {
    while (!committer.tryAppend(nextOffset(), timestampMs, event, header, dueTimeMs)) {
      awaitRoom();
    }
  }

  /** Waits until what waits to be written has room for more. */
  void awaitRoom() {
    committer.awaitRoom();
  }

  /** Appends an event, waiting for room if it must. */
  public void append(Event event) {
    while (!tryAppend(event)) {
      awaitRoom();
    }
  }

  /**
   * Goes on at a higher offset, leaving a gap, which is durable with the next commit.
   *
   * @throws io.varve.base.BadEventException if {@code offset} is below {@link #nextOffset}
   */
  public void skipTo(long offset) {
    committer.skipTo(offset);
  }

  /**
   * Asks for all that was appended to become durable.
   *
   * @return gives the offset below which everything is durable; fails with a {@link VarveException}
   */
  public CompletableFuture<Long> commit() {
    return committer.commit();
  }

  /** Commits and waits until it is done; returns the offset below which everything is durable. */
  public long sync() {
    return await(committer.commit(), Long.MAX_VALUE);
  }

  /** Its own, which no other writer of the log has. Thread: safe. */
  long epoch() {
    return committer.epoch();
  }

  /** The lowest offset that the next event may have. */
  public long nextOffset() {
    return committer.nextOffset();
  }

  /** Every event with a lower offset is durable. Thread: safe. */
  public long durableOffset() {
    return committer.durableOffset();
  }

  /** What ended this writer, or null while it works. Thread: safe. */
  public @Nullable VarveException failure() {
    return committer.failure();
  }

  /** What it has done so far. Thread: safe. */
  public WriterMetrics metrics() {
    return committer.metrics();
  }

  /** Commits, seals and lets go of the log; throws if that fails. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (committer.failure() == null) {
        await(committer.close(), Long.MAX_VALUE);
      } else {
        committer.abandon();
      }
    }
  }

  /**
   * Commits, seals and lets go of the log, but does not wait for it longer than {@code wait}.
   *
   * @return whether all that was appended is durable. If not, events above {@link #durableOffset}
   *     may be lost, or become durable later
   */
  public boolean close(Duration wait) {
    if (closed) {
      return committer.durableOffset() == committer.nextOffset();
    }
    closed = true;
    if (committer.failure() != null) {
      committer.abandon();
      return false;
    }
    try {
      return await(committer.close(), wait.toNanos()) == committer.nextOffset();
    } catch (VarveException e) {
      return false;
    }
  }

  /** Lets go of the log at once and writes nothing more; what is not durable is given up. */
  public void abandon() {
    if (!closed) {
      closed = true;
      committer.abandon();
    }
  }

  private long await(CompletableFuture<Long> future, long nanos) {
    try {
      return nanos == Long.MAX_VALUE ? future.get() : future.get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof VarveException failure) {
        throw failure;
      }
      throw new StoreFailedException("Committing " + log + " failed", e.getCause());
    } catch (TimeoutException e) {
      return committer.durableOffset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreFailedException("Interrupted while waiting for " + log + " to be durable", e);
    }
  }
}
