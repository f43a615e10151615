package io.varve.commit;

import io.varve.base.BadEventException;
import io.varve.base.Clock;
import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.event.Encoding;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.format.BatchBuilder;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.io.WriteFile;
import io.varve.log.Indexes;
import io.varve.log.SegmentWriter;
import io.varve.manifest.LogFolder;
import io.varve.manifest.Sweeper;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
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
 *   <li><b>encode</b> ({@link #encode}, in the background): compress and checksum, while the batch
 *       before is written or synced;
 *   <li><b>write</b> ({@link #write}, in the background): at the end of the open segment. A full or
 *       old segment is sealed and the next one begun ({@link #roll});
 *   <li><b>sync and mark</b> ({@link #publish}): force the segment, then write how far it goes into
 *       the durable mark and force that;
 *   <li><b>check the epoch</b>: if another writer has taken the log over, stop here, for it may not
 *       have seen the mark. If there is none by now, whoever comes later will see it;
 *   <li><b>publish</b>: show readers the new high watermark, tell the caller.
 * </ol>
 *
 * <p>The first failure of any of these is kept; everything afterwards fails with it.
 *
 * <p>Thread: the methods of the first half are confined to the caller's thread. Those of the second
 * half run on one strand, one after another, except for {@link #encode}, which has a strand of its
 * own that hands everything on to the other one in order.
 */
public final class Committer {

  /** So many batches of one log may wait to be written. */
  private static final int WAITING_BATCHES_MAX = 4;

  /** In case other logs of the store make room, of which this one's caller isn't told. */
  private static final long ROOM_POLL_NANOS = 1_000_000;

  private final LogFolder log;
  private final LogSettings settings;
  private final Clock clock;
  private final Batches batches;
  private final Executor encoding;
  private final Executor strand;
  private final long epoch;
  private final Work.Repeating maintenance;
  private final FirstFailure failure = new FirstFailure();
  private final WriterCounters counters = new WriterCounters();
  private final AtomicInteger waiting = new AtomicInteger();

  // The caller's half.
  private @Nullable BatchBuilder filling;
  private long nextOffset;
  private boolean closed;

  // The background's half.
  private Manifest manifest;
  private @Nullable SegmentWriter segment;
  private @Nullable WriteFile commitFile;
  private long sequence;
  private long writtenOffset;
  private long unsyncedBytes;
  private boolean ended;

  private volatile long durableOffset;
  private volatile @Nullable Thread waitingThread;

  private Committer(
      LogFolder log,
      LogSettings settings,
      Clock clock,
      Batches batches,
      Work work,
      long maintenanceMs,
      Manifest manifest) {
    this.log = log;
    this.settings = settings;
    this.clock = clock;
    this.batches = batches;
    this.encoding = work.strand();
    this.strand = work.strand();
    this.epoch = manifest.epoch();
    this.manifest = manifest;
    this.nextOffset = manifest.nextOffset();
    this.writtenOffset = nextOffset;
    this.durableOffset = nextOffset;
    this.maintenance = work.every(maintenanceMs, () -> strand.execute(this::maintain));
  }

  /**
   * Begins to write a log that {@code takeover} has made the caller's.
   *
   * @param maintenanceMs how often to look whether a segment is old or expired, milliseconds
   */
  public static Committer begin(
      LogFolder log,
      Takeover takeover,
      LogSettings settings,
      Clock clock,
      Batches batches,
      Work work,
      long maintenanceMs) {
    return new Committer(log, settings, clock, batches, work, maintenanceMs, takeover.manifest());
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
    return inBackground(nextOffset, this::publish);
  }

  /** Commits, seals and lets go of the log. Nothing may be appended afterwards. */
  public CompletableFuture<Long> close() {
    if (closed) {
      return CompletableFuture.completedFuture(durableOffset);
    }
    handOverFilling();
    closed = true;
    maintenance.close();
    return inBackground(nextOffset, this::release);
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
    strand.execute(this::end);
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
          if (!handOn(() -> write(encoded))) {
            giveBack(encoded);
          }
        });
  }

  private CompletableFuture<Long> inBackground(long upTo, Step step) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            failure.check();
            writtenOffset = Math.max(writtenOffset, upTo);
            step.run();
            done.complete(durableOffset);
          } catch (IOException | VarveException e) {
            done.completeExceptionally(fail("Committing", e));
          } catch (RuntimeException | Error e) {
            done.completeExceptionally(fail("Committing", e));
            throw e;
          }
        };
    // Behind the batches that are still being encoded.
    encoding.execute(
        () -> {
          if (!handOn(task)) {
            done.completeExceptionally(new StoreClosedException("The writer of " + log.name()));
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
    return durableOffset;
  }

  /** The first failure, or null. Thread: safe. */
  public @Nullable VarveException failure() {
    return failure.get();
  }

  /** Thread: safe. */
  public WriterMetrics metrics() {
    return counters.snapshot(nextOffset, durableOffset);
  }

  // ---- in the background ----

  private interface Step {
    void run() throws IOException;
  }

  /**
   * A batch on its way to the file.
   *
   * @param bytes null if the writer has failed before, or {@code failure} is there
   */
  private record Encoded(
      BatchBuilder batch, @Nullable ByteBuffer bytes, @Nullable Throwable failure) {}

  private Encoded encode(BatchBuilder batch) {
    if (failure.get() != null) {
      return new Encoded(batch, null, null);
    }
    ByteBuffer bytes = null;
    try {
      bytes = log.buffers().take(batch.encodedBytesMax(settings.codec()));
      batch.encode(settings.codec(), epoch, bytes);
      return new Encoded(batch, bytes, null);
    } catch (IOException | RuntimeException | Error e) {
      return new Encoded(batch, null, e);
    }
  }

  /** Runs a task on the writing strand; false if the store has closed meanwhile. */
  private boolean handOn(Runnable task) {
    try {
      strand.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      failure.set(new StoreClosedException("The writer of " + log.name()));
      return false;
    }
  }

  private void write(Encoded encoded) {
    try {
      if (encoded.failure() != null) {
        fail("Encoding", encoded.failure());
      } else if (encoded.bytes() != null && failure.get() == null) {
        writeBatch(encoded.batch(), encoded.bytes());
        if (unsyncedBytes >= settings.syncBytes()) {
          publish();
        }
      }
    } catch (IOException | VarveException e) {
      fail("Writing", e);
    } catch (RuntimeException | Error e) {
      fail("Writing", e);
      throw e;
    } finally {
      giveBack(encoded);
    }
  }

  private void giveBack(Encoded encoded) {
    if (encoded.bytes() != null) {
      log.buffers().give(encoded.bytes());
    }
    waiting.decrementAndGet();
    batches.written(encoded.batch(), settings.batchBytes());
    Thread thread = waitingThread;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  private void writeBatch(BatchBuilder batch, ByteBuffer bytes) throws IOException {
    SegmentWriter target = segment;
    if (target == null
        || (target.events() > 0
            && target.endPosition() + bytes.limit() > settings.segmentBytes())) {
      target = roll(batch.baseOffset());
    }
    int length = bytes.limit();
    target.append(batch, bytes);
    writtenOffset = batch.lastOffset() + 1;
    unsyncedBytes += length;
    counters.written(batch.count(), batch.payloadBytes(), length);
  }

  /** Makes durable, and then known, all that was written. */
  private void publish() throws IOException {
    if (writtenOffset == durableOffset) {
      return;
    }
    long start = clock.nanos();
    SegmentWriter target = segment;
    WriteFile marks = commitFile;
    if (target == null || marks == null) {
      // Nothing but a skipped gap is new, and no segment is open: a manifest says so.
      commitManifest(manifest.segments(), null);
    } else {
      target.force();
      CommitMark mark =
          new CommitMark(
              ++sequence,
              target.header().firstOffset(),
              target.endPosition(),
              writtenOffset,
              target.events());
      marks.writeAt(mark.encode(), CommitMark.slotOf(sequence));
      marks.force();
      if (log.manifests().superseded(manifest)) {
        throw Takeover.fenced(log, manifest);
      }
      marks.writeAt(mark.encode(), CommitMark.PUBLISHED_AT);
    }
    unsyncedBytes = 0;
    durableOffset = writtenOffset;
    counters.committed(clock.nanos() - start);
  }

  /** Seals the open segment, if there is one, and begins the next. */
  private SegmentWriter roll(long firstOffset) throws IOException {
    List<SegmentEntry> segments = sealOpen();
    SegmentWriter next =
        SegmentWriter.create(
            log.directory(),
            new SegmentHeader(
                firstOffset,
                clock.wallMs(),
                manifest.epoch(),
                log.name().generation(),
                log.name().partition()),
            Indexes.INTERVAL_BYTES);
    segment = next;
    next.force();
    if (commitFile == null) {
      commitFile = log.directory().create(FileNames.commit(manifest.epoch()));
      commitFile.append(new CommitMark(0, -1, 0, writtenOffset, 0).encodeFile());
      commitFile.force();
    }
    log.directory().sync();
    commitManifest(segments, next);
    return next;
  }

  private List<SegmentEntry> sealOpen() throws IOException {
    List<SegmentEntry> segments = new ArrayList<>(manifest.segments());
    SegmentWriter full = segment;
    if (full != null) {
      segments.add(full.seal());
      segment = null;
      counters.sealed();
    }
    return segments;
  }

  /**
   * Commits a manifest that ends with all that was written; everything written is in sealed
   * segments.
   */
  private void commitManifest(List<SegmentEntry> segments, @Nullable SegmentWriter open)
      throws IOException {
    OpenSegment writing =
        open == null
            ? null
            : new OpenSegment(
                open.header().firstOffset(), open.header().epoch(), open.header().createdMs());
    commitManifest(segments, writing, writtenOffset, manifest.retired(), false);
    durableOffset = writtenOffset;
  }

  private void commitManifest(
      List<SegmentEntry> segments,
      @Nullable OpenSegment open,
      long next,
      List<SegmentEntry> retired,
      boolean released)
      throws IOException {
    long start =
        segments.isEmpty()
            ? retired.isEmpty() ? manifest.startOffset() : lastOf(retired).lastOffset() + 1
            : Math.max(manifest.startOffset(), segments.get(0).firstOffset());
    Manifest committed =
        new Manifest(
            manifest.number() + 1,
            manifest.epoch(),
            manifest.owner(),
            released,
            clock.wallMs(),
            Math.max(start, manifest.startOffset()),
            Math.max(next, manifest.nextOffset()),
            segments,
            open,
            retired);
    if (!log.manifests().commit(committed)) {
      throw Takeover.fenced(log, manifest);
    }
    manifest = committed;
  }

  private static SegmentEntry lastOf(List<SegmentEntry> segments) {
    return segments.get(segments.size() - 1);
  }

  /** Seals a segment that is old, and retires and deletes what has expired. */
  private void maintain() {
    if (failure.get() != null || ended) {
      return;
    }
    try {
      SegmentWriter open = segment;
      if (open != null && isOld(open)) {
        List<SegmentEntry> segments = sealOpen();
        log.directory().sync();
        commitManifest(segments, null);
        unsyncedBytes = 0;
      }
      retire();
    } catch (IOException | VarveException e) {
      fail("Maintaining", e);
    }
  }

  private boolean isOld(SegmentWriter open) {
    long retentionMs = settings.retention().ms();
    long ageMs = clock.wallMs() - open.header().createdMs();
    return open.events() > 0
        && (ageMs >= settings.segmentMs() || (retentionMs >= 0 && ageMs > retentionMs));
  }

  private void retire() throws IOException {
    SegmentWriter open = segment;
    long openBytes = open == null ? 0 : open.endPosition();
    List<SegmentEntry> segments = manifest.segments();
    int expired = settings.retention().expired(segments, openBytes, clock.wallMs());
    if (expired == 0 && manifest.retired().isEmpty()) {
      return;
    }
    if (expired > 0) {
      List<SegmentEntry> retired = new ArrayList<>(manifest.retired());
      retired.addAll(segments.subList(0, expired));
      commitManifest(
          segments.subList(expired, segments.size()),
          manifest.open(),
          manifest.nextOffset(),
          retired,
          false);
      counters.retired(expired);
    }
    Sweeper sweeper = new Sweeper(log.directory(), log.manifests(), log.leases());
    List<SegmentEntry> kept = sweeper.deleteRetired(manifest);
    if (kept.size() < manifest.retired().size()) {
      log.directory().sync();
      commitManifest(manifest.segments(), manifest.open(), manifest.nextOffset(), kept, false);
    }
  }

  private void release() throws IOException {
    List<SegmentEntry> segments = sealOpen();
    log.directory().sync();
    commitManifest(segments, null, writtenOffset, manifest.retired(), true);
    durableOffset = writtenOffset;
    end();
  }

  private VarveException fail(String doing, Throwable cause) {
    VarveException first =
        failure.set(
            cause instanceof VarveException known
                ? known
                : new StoreFailedException(doing + " " + log.name() + " failed", cause));
    end();
    return first;
  }

  private void end() {
    ended = true;
    try (SegmentWriter writing = segment;
        WriteFile marks = commitFile) {
      segment = null;
      commitFile = null;
    } catch (IOException e) {
      failure.set(new StoreFailedException("Closing " + log.name() + " failed", e));
    }
  }
}
