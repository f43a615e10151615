package io.varve.commit;

import io.varve.base.BadEventException;
import io.varve.base.Clock;
import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.compact.CompactionLane;
import io.varve.compact.Compactor;
import io.varve.compact.RewriteSettings;
import io.varve.event.Encoding;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.format.BatchBuilder;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import io.varve.manifest.LogFolder;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The write path of one log, from an event to the news that it is durable. Follow it from top to
 * bottom:
 *
 * <ol>
 *   <li><b>append</b> ({@link #tryAppend}, on the caller's thread): check the offset, pack the
 *       event into the batch that is being filled. A full batch is handed to the background; when
 *       too much waits there, the caller is told to hold back;
 *   <li><b>encode</b> ({@link #encode}, in the background): compress and checksum, while the batch
 *       before is written or synced;
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
 * <p>Thread: the methods of the first half are confined to the caller's thread. Those of the second
 * half run on three strands, for encoding, writing and publishing, each of which hands on to the
 * next in order.
 */
public final class Committer {

  /** So many batches of one log may wait to be written. */
  private static final int WAITING_BATCHES_MAX = 4;

  /** In case other logs of the store make room, of which this one's caller isn't told. */
  private static final long ROOM_POLL_NANOS = 1_000_000;

  private final LogFolder log;
  private final LogSettings settings;
  private final Batches batches;
  private final Executor encoding;
  private final Executor writing;
  private final Executor publishing;
  private final long epoch;
  private final Work.Repeating maintenance;
  private final Compactor compactor;
  private final FirstFailure failure = new FirstFailure();
  private final WriterCounters counters = new WriterCounters();
  private final AtomicInteger waiting = new AtomicInteger();

  // The caller's half.
  private @Nullable BatchBuilder filling;
  private long nextOffset;
  private boolean closed;

  // The background's half.
  private final LogTail tail;
  private boolean ended;
  private volatile LogTail.Reached asked;
  private volatile boolean publishingMuch;
  private volatile @Nullable Thread waitingThread;

  private Committer(
      LogFolder log,
      LogSettings settings,
      Clock clock,
      Batches batches,
      Work work,
      CompactionLane lane,
      long maintenanceMs,
      Manifest manifest) {
    this.log = log;
    this.settings = settings;
    this.batches = batches;
    this.encoding = work.strand();
    this.writing = work.strand();
    this.publishing = work.strand();
    this.epoch = manifest.epoch();
    this.nextOffset = manifest.nextOffset();
    this.tail = new LogTail(log, settings, clock, counters, failure, manifest);
    this.asked = tail.reached();
    RewriteSettings rewriting =
        new RewriteSettings(
            settings.compaction(),
            settings.codec(),
            settings.segmentBytes(),
            settings.batchBytes(),
            epoch,
            new AtomicInteger(),
            clock);
    this.compactor = new Compactor(log, rewriting, lane, new LiveSegments());
    this.maintenance = work.every(maintenanceMs, () -> writing.execute(this::maintain));
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
    return new Committer(
        log, settings, clock, batches, work, lane, maintenanceMs, takeover.manifest());
  }

  // ---- on the caller's thread ----

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
    long need = BatchBuilder.bytesMax(key, value, headers, messageId);
    if (need > settings.eventBytesMax()) {
      throw tooLarge(offset, need);
    }
    BatchBuilder batch = filling;
    if (batch != null && !batch.isEmpty() && batch.payloadBytes() + need > settings.batchBytes()) {
      if (isFull()) {
        return false;
      }
      handOver(batch);
      batch = null;
    }
    if (batch == null) {
      batch = batches.take();
      filling = batch;
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
    long upTo = nextOffset;
    return inBackground(
        done -> {
          tail.skipTo(upTo);
          publish(tail.reached(), done);
        });
  }

  /** Commits, seals and lets go of the log. Nothing may be appended afterwards. */
  public CompletableFuture<Long> close() {
    if (closed) {
      return CompletableFuture.completedFuture(tail.durableOffset());
    }
    handOverFilling();
    closed = true;
    maintenance.close();
    compactor.close();
    long upTo = nextOffset;
    return inBackground(
        done -> {
          tail.skipTo(upTo);
          tail.release();
          end();
          done.complete(tail.durableOffset());
        });
  }

  /** Lets go of the log without writing anything more. */
  public void abandon() {
    closed = true;
    maintenance.close();
    failure.set(new StoreClosedException("The writer of " + log.name()));
    BatchBuilder batch = filling;
    if (batch != null) {
      filling = null;
      batches.give(batch, settings.batchBytes());
    }
    letGo();
  }

  /** Waits until there is room, or the writer has failed. */
  public void awaitRoom() {
    waitingThread = Thread.currentThread();
    while (isFull() && failure.get() == null) {
      LockSupport.parkNanos(this, ROOM_POLL_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new StoreFailedException(
            "Interrupted while waiting to append to " + log.name(), null);
      }
    }
    waitingThread = null;
  }

  private boolean isFull() {
    return waiting.get() >= WAITING_BATCHES_MAX || batches.full();
  }

  private void check() {
    failure.check();
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
    waiting.incrementAndGet();
    batches.waiting(batch);
    encoding.execute(
        () -> {
          Encoded encoded = encode(batch);
          if (!handOn(writing, () -> write(encoded))) {
            giveBack(encoded);
          }
        });
  }

  /** Does {@code step} behind all batches that were handed over. */
  private CompletableFuture<Long> inBackground(Consumer<CompletableFuture<Long>> step) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    encoding.execute(
        () -> {
          if (!handOn(writing, () -> attempt("Committing", () -> step.accept(done), done))) {
            giveUp(done);
          }
        });
    return done;
  }

  /** The next event's lowest offset. */
  public long nextOffset() {
    return nextOffset;
  }

  /** Every event with a lower offset is durable. Thread: safe. */
  public long durableOffset() {
    return tail.durableOffset();
  }

  /** The first failure, or null. Thread: safe. */
  public @Nullable VarveException failure() {
    return failure.get();
  }

  /** Thread: safe. */
  public WriterMetrics metrics() {
    return counters.snapshot(nextOffset, tail.durableOffset(), compactor.metrics());
  }

  // ---- in the background ----

  /**
   * A batch on its way to the file.
   *
   * @param room a buffer that was borrowed for it, or null
   * @param bytes what to write; null if the writer has failed before, or {@code failure} is there
   */
  private record Encoded(
      BatchBuilder batch,
      @Nullable ByteBuffer room,
      @Nullable ByteBuffer bytes,
      @Nullable Throwable failure) {}

  private Encoded encode(BatchBuilder batch) {
    if (failure.get() != null) {
      return new Encoded(batch, null, null, null);
    }
    ByteBuffer room = null;
    try {
      room = log.buffers().take(batch.encodedBytesMax(settings.codec()));
      return new Encoded(batch, room, batch.encode(settings.codec(), epoch, room), null);
    } catch (IOException | RuntimeException | Error e) {
      return new Encoded(batch, room, null, e);
    }
  }

  private void write(Encoded encoded) {
    try {
      Throwable unfit = encoded.failure();
      if (unfit != null) {
        failure.set(
            new StoreFailedException("Encoding a batch of " + log.name() + " failed", unfit));
        letGo();
      } else if (encoded.bytes() != null && failure.get() == null) {
        ByteBuffer bytes = encoded.bytes();
        attempt("Writing", () -> tail.write(encoded.batch(), bytes), null);
        publishMuch();
      }
    } finally {
      giveBack(encoded);
    }
  }

  private void giveBack(Encoded encoded) {
    if (encoded.room() != null) {
      log.buffers().give(encoded.room());
    }
    waiting.decrementAndGet();
    batches.written(encoded.batch(), settings.batchBytes());
    Thread thread = waitingThread;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Keeps the disk at work, so that a commit never finds much to do. */
  private void publishMuch() {
    if (!publishingMuch && tail.pendingBytes() >= settings.syncBytes()) {
      publishingMuch = true;
      publish(tail.reached(), null);
    }
  }

  /** Publishes up to there, or further if more is asked for by then: one sync serves them all. */
  private void publish(LogTail.Reached upTo, @Nullable CompletableFuture<Long> done) {
    asked = upTo;
    boolean handedOn =
        handOn(
            publishing,
            () -> {
              attempt("Syncing", () -> tail.publish(asked), done);
              publishingMuch = false;
              if (done != null) {
                done.complete(tail.durableOffset());
              }
            });
    if (!handedOn) {
      giveUp(done);
    }
  }

  /**
   * Seals a segment that is old, retires and deletes what has expired, and has the log compacted.
   */
  private void maintain() {
    if (failure.get() == null && !ended) {
      attempt("Maintaining", tail::maintain, null);
      compactor.maintain();
    }
  }

  /** The sealed segments, as compaction sees and replaces them. */
  private final class LiveSegments implements Compactor.Live {

    @Override
    public List<SegmentEntry> segments() {
      return tail.sealedSegments();
    }

    @Override
    public boolean replace(List<SegmentEntry> inputs, List<SegmentEntry> outputs)
        throws IOException {
      boolean known = false;
      try {
        boolean replaced = tail.replace(inputs, outputs);
        known = true;
        return replaced;
      } catch (IOException e) {
        known = true;
        throw e;
      } finally {
        if (!known) {
          letGo();
        }
      }
    }
  }

  /** Does a step in the background. After a failure it lets go of the files. */
  private void attempt(
      String doing, FirstFailure.Step step, @Nullable CompletableFuture<Long> done) {
    boolean succeeded = false;
    try {
      failure.attempt(doing + " " + log.name(), step);
      succeeded = true;
    } catch (VarveException e) {
      // Kept: every later call throws it.
    } finally {
      if (!succeeded) {
        giveUp(done);
        letGo();
      }
    }
  }

  /** Has {@code strand} run a task; false if the store has closed meanwhile. */
  private boolean handOn(Executor strand, Runnable task) {
    try {
      strand.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      failure.set(new StoreClosedException("The writer of " + log.name()));
      return false;
    }
  }

  private void giveUp(@Nullable CompletableFuture<Long> done) {
    VarveException first = failure.get();
    if (done != null && first != null) {
      done.completeExceptionally(first);
    }
  }

  private void letGo() {
    if (!handOn(writing, this::end)) {
      end();
    }
  }

  private void end() {
    ended = true;
    compactor.close();
    try {
      tail.close();
    } catch (IOException e) {
      failure.set(new StoreFailedException("Closing " + log.name() + " failed", e));
    }
  }
}
