package io.varve.commit;

import io.varve.base.Clock;
import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.compact.CompactionLane;
import io.varve.compact.Compactor;
import io.varve.compact.RewriteSettings;
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
 * What happens to one log in the background: batches are encoded, written and published, on a
 * strand each, which hands on to the next in order; segments that are old are sealed, expired ones
 * deleted, and the log compacted. See {@link Committer} for the whole path.
 *
 * <p>The first failure is kept; everything afterwards fails with it.
 *
 * <p>Thread: the methods that are not private are called by the one that appends, unless they say
 * more.
 */
final class CommitPipeline {

  /** So many batches of one log may wait to be written. */
  private static final int WAITING_BATCHES_MAX = 4;

  private final LogFolder log;
  private final LogSettings settings;
  private final Clock clock;
  private final Batches batches;
  private final Executor encoding;
  private final Executor writing;
  private final Executor publishing;
  private final long epoch;
  private final LogTail tail;
  private final Compactor compactor;
  private final Work.Repeating maintenance;
  private final FirstFailure failure = new FirstFailure();
  private final WriterCounters counters;
  private final AtomicInteger waiting = new AtomicInteger();

  /** The writing strand's. */
  private boolean ended;

  private volatile LogTail.Reached asked;
  private volatile boolean publishingMuch;
  private volatile @Nullable Thread waitingThread;

  CommitPipeline(
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
    this.clock = clock;
    this.batches = batches;
    this.counters = new WriterCounters(clock);
    this.encoding = work.strand();
    this.writing = work.strand();
    this.publishing = work.strand();
    this.epoch = manifest.epoch();
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

  /** Takes a batch to be written. Called only when there is {@link #isFull room}. */
  void handOver(BatchBuilder batch) {
    waiting.incrementAndGet();
    batches.waiting(batch);
    long nowNanos = clock.nanos();
    encoding.execute(
        () -> {
          Encoded encoded = encode(batch, nowNanos);
          if (!handOn(writing, () -> write(encoded))) {
            giveBack(encoded);
          }
        });
  }

  /** Whether so much waits that no more should be handed over. */
  boolean isFull() {
    return waiting.get() >= WAITING_BATCHES_MAX || batches.full();
  }

  /** Names the thread to wake when there is room or the writer has failed; null for none. */
  void wake(@Nullable Thread thread) {
    waitingThread = thread;
  }

  /** Has all that was handed over, and the gap up to {@code upTo}, become durable. */
  CompletableFuture<Long> commit(long upTo) {
    long nowNanos = clock.nanos();
    return behindBatches(
        done -> {
          tail.skipTo(upTo);
          publish(tail.reached(), done, nowNanos);
        });
  }

  /** The same, and then seals and lets go of the log. */
  CompletableFuture<Long> release(long upTo) {
    maintenance.close();
    compactor.close();
    return behindBatches(
        done -> {
          tail.skipTo(upTo);
          tail.release();
          end();
          done.complete(tail.durableOffset());
        });
  }

  /** Lets go of the log without writing anything more. */
  void abandon() {
    maintenance.close();
    failure.set(new StoreClosedException("The writer of " + log.name()));
    letGo();
  }

  /** Does {@code step} behind all batches that were handed over. */
  private CompletableFuture<Long> behindBatches(Consumer<CompletableFuture<Long>> step) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    encoding.execute(
        () -> {
          if (!handOn(writing, () -> attempt("Committing", () -> step.accept(done), done))) {
            giveUp(done);
          }
        });
    return done;
  }

  /** Every event with a lower offset is durable. Thread: safe. */
  long durableOffset() {
    return tail.durableOffset();
  }

  /** The first failure. Thread: safe. */
  FirstFailure failure() {
    return failure;
  }

  /** Thread: safe. */
  WriterMetrics metrics(long nextOffset) {
    return counters.snapshot(nextOffset, tail.durableOffset(), compactor.metrics());
  }

  /**
   * A batch on its way to the file.
   *
   * @param handedOverNanos since when, by the clock
   * @param room a buffer that was borrowed for it, or null
   * @param bytes what to write; null if the writer has failed before, or {@code failure} is there
   */
  private record Encoded(
      BatchBuilder batch,
      long handedOverNanos,
      @Nullable ByteBuffer room,
      @Nullable ByteBuffer bytes,
      @Nullable Throwable failure) {}

  private Encoded encode(BatchBuilder batch, long handedOverNanos) {
    if (failure.get() != null) {
      return new Encoded(batch, handedOverNanos, null, null, null);
    }
    ByteBuffer room = null;
    try {
      room = log.buffers().take(batch.encodedBytesMax(settings.codec()));
      ByteBuffer bytes = batch.encode(settings.codec(), epoch, room);
      return new Encoded(batch, handedOverNanos, room, bytes, null);
    } catch (IOException | RuntimeException | Error e) {
      return new Encoded(batch, handedOverNanos, room, null, e);
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
        attempt(
            "Writing",
            () -> {
              tail.write(encoded.batch(), bytes);
              counters.appended(encoded.handedOverNanos());
            },
            null);
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
      publish(tail.reached(), null, 0);
    }
  }

  /**
   * Publishes up to there, or further if more is asked for by then: one sync serves them all.
   *
   * @param done a commit's answer, or null if nobody asked
   * @param askedNanos when it was asked for, by the clock
   */
  private void publish(
      LogTail.Reached upTo, @Nullable CompletableFuture<Long> done, long askedNanos) {
    asked = upTo;
    boolean handedOn =
        handOn(
            publishing,
            () -> {
              attempt("Syncing", () -> tail.publish(asked), done);
              publishingMuch = false;
              if (done != null && !done.isDone()) {
                counters.committed(askedNanos);
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
      try {
        return tail.replace(inputs, outputs);
      } catch (RuntimeException | Error e) {
        // The writer has failed; an IOException only means that nothing was replaced.
        letGo();
        throw e;
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
