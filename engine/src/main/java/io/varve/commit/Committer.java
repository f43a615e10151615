package io.varve.commit;

import io.varve.base.BadEventException;
import io.varve.base.Clock;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.compact.CompactionLane;
import io.varve.event.Encoding;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.format.BatchBuilder;
import io.varve.format.Manifest;
import io.varve.format.PackedEvent;
import io.varve.manifest.LogFolder;
import io.varve.work.Work;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The write path of one log, from an event to the news that it is durable. Follow it from top to
 * bottom:
 *
 * <ol>
 *   <li><b>append</b> ({@link #tryAppend}, on the caller's thread): check the offset, pack the
 *       event into the batch that is being filled. A full batch is handed to the background; when
 *       too much waits there, the caller is told to hold back;
 *   <li><b>encode</b> ({@link CommitPipeline}, in the background): compress and checksum, while the
 *       batch before is written or synced;
 *   <li><b>write</b> ({@link LogTail#write}, in the background): at the end of the open segment. A
 *       full segment is sealed and the next one begun;
 *   <li><b>sync and mark</b> ({@link LogTail#publish}, in the background, while more is written):
 *       force the segment, then write how far it goes into the durable mark and force that;
 *   <li><b>check the epoch</b>: if another writer has taken the log over, stop here, for it may not
 *       have seen the mark. If there is none by now, whoever comes later will see it;
 *   <li><b>publish</b>: show readers the new high watermark, tell the caller.
 * </ol>
 *
 * <p>The first failure of any of these is kept; everything afterwards fails with it.
 *
 * <p>Thread: confined to one, the appending one, but for what says otherwise.
 */
public final class Committer {

  /** In case other logs of the store make room, of which this one's caller isn't told. */
  private static final long ROOM_POLL_NANOS = 1_000_000;

  private final LogFolder log;
  private final LogSettings settings;
  private final Batches batches;
  private final CommitPipeline pipeline;
  private final long epoch;

  private @Nullable BatchBuilder filling;
  private long nextOffset;
  private boolean closed;

  private Committer(
      LogFolder log,
      LogSettings settings,
      Batches batches,
      CommitPipeline pipeline,
      Manifest manifest) {
    this.log = log;
    this.settings = settings;
    this.batches = batches;
    this.pipeline = pipeline;
    this.epoch = manifest.epoch();
    this.nextOffset = manifest.nextOffset();
  }

  /**
   * Begins to write a log that {@code takeover} has made the caller's.
   *
   * @param lane where the log is compacted
   * @param maintenanceMs how often to look whether a segment is old or expired, milliseconds
   */
  public static Committer begin(
      LogFolder log,
      Takeover takeover,
      LogSettings settings,
      Clock clock,
      Batches batches,
      Work work,
      CompactionLane lane,
      long maintenanceMs) {
    CommitPipeline pipeline =
        new CommitPipeline(
            log, settings, clock, batches, work, lane, maintenanceMs, takeover.manifest());
    return new Committer(log, settings, batches, pipeline, takeover.manifest());
  }

  /**
   * Takes an event, if there is room.
   *
   * @return false if so much waits to be written that the caller should come again later
   */
  public boolean tryAppend(
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
    long need = BatchBuilder.bytesMax(key, value, headers, messageId);
    if (need > settings.eventBytesMax()) {
      check();
      throw tooLarge(offset, need);
    }
    BatchBuilder batch = room(offset, need);
    if (batch == null) {
      return false;
    }
    batch.add(
        offset,
        timestampMs,
        timestampType,
        keyEncoding,
        key,
        valueEncoding,
        value,
        headers,
        messageId,
        dueTimeMs,
        need);
    nextOffset = offset + 1;
    return true;
  }

  /**
   * The same for an event in one piece that another log has. How large events of this one may be
   * does not matter: what that log took fits into a batch, with a little more.
   *
   * @param header one header more, as it stands in a batch
   */
  public boolean tryAppend(
      long offset, long timestampMs, PackedEvent event, byte[] header, long dueTimeMs) {
    long need = BatchBuilder.bytesMax(event, header);
    BatchBuilder batch = room(offset, need);
    if (batch == null) {
      return false;
    }
    batch.add(offset, timestampMs, event, header, dueTimeMs, need);
    nextOffset = offset + 1;
    return true;
  }

  /** The batch to which an event goes; null if so much waits that it can't go to any. */
  private @Nullable BatchBuilder room(long offset, long need) {
    check();
    if (offset < nextOffset || offset == Long.MAX_VALUE) {
      throw new BadEventException(
          log.name()
              + ": offset "
              + offset
              + " does not rise; expected "
              + nextOffset
              + " or more");
    }
    BatchBuilder batch = filling;
    if (batch != null && !batch.isEmpty() && batch.payloadBytes() + need > settings.batchBytes()) {
      if (pipeline.isFull()) {
        return null;
      }
      handOver(batch);
      batch = null;
    }
    if (batch == null) {
      batch = batches.take();
      filling = batch;
    }
    return batch;
  }

  private BadEventException tooLarge(long offset, long need) {
    return new BadEventException(
        log.name()
            + ": the event at offset "
            + offset
            + " needs "
            + need
            + " bytes, more than the "
            + settings.eventBytesMax()
            + " that event.bytes.max allows");
  }

  /** Goes on at a higher offset; the gap is durable with the next commit. */
  public void skipTo(long offset) {
    check();
    if (offset < nextOffset) {
      throw new BadEventException(
          log.name() + ": can't go back from offset " + nextOffset + " to " + offset);
    }
    nextOffset = offset;
  }

  /** Asks for all that was appended to become durable; the future gives the next offset then. */
  public CompletableFuture<Long> commit() {
    check();
    handOverFilling();
    return pipeline.commit(nextOffset);
  }

  /** Commits, seals and lets go of the log. Nothing may be appended afterwards. */
  public CompletableFuture<Long> close() {
    if (closed) {
      return CompletableFuture.completedFuture(pipeline.durableOffset());
    }
    handOverFilling();
    closed = true;
    return pipeline.release(nextOffset);
  }

  /** Lets go of the log without writing anything more. */
  public void abandon() {
    closed = true;
    BatchBuilder batch = filling;
    if (batch != null) {
      filling = null;
      batches.give(batch, settings.batchBytes());
    }
    pipeline.abandon();
  }

  /** Waits until there is room, or the writer has failed. */
  public void awaitRoom() {
    pipeline.wake(Thread.currentThread());
    while (pipeline.isFull() && failure() == null) {
      LockSupport.parkNanos(this, ROOM_POLL_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new StoreFailedException(
            "Interrupted while waiting to append to " + log.name(), null);
      }
    }
    pipeline.wake(null);
  }

  private void check() {
    pipeline.failure().check();
    if (closed) {
      throw new StoreClosedException("The writer of " + log.name());
    }
  }

  private void handOverFilling() {
    BatchBuilder batch = filling;
    if (batch != null && !batch.isEmpty()) {
      handOver(batch);
    }
  }

  private void handOver(BatchBuilder batch) {
    filling = null;
    pipeline.handOver(batch);
  }

  /** The next event's lowest offset. */
  /** The writer's, which no other has. Thread: safe. */
  public long epoch() {
    return epoch;
  }

  public long nextOffset() {
    return nextOffset;
  }

  /** Every event with a lower offset is durable. Thread: safe. */
  public long durableOffset() {
    return pipeline.durableOffset();
  }

  /** The first failure, or null. Thread: safe. */
  public @Nullable VarveException failure() {
    return pipeline.failure().get();
  }

  /** Thread: safe. */
  public WriterMetrics metrics() {
    return pipeline.metrics(nextOffset);
  }
}
