package io.varve.commit;

import io.varve.base.Clock;
import io.varve.base.FirstFailure;
import io.varve.format.BatchBuilder;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.format.SegmentList;
import io.varve.io.WriteFile;
import io.varve.log.Indexes;
import io.varve.log.SegmentWriter;
import io.varve.manifest.LogFolder;
import io.varve.manifest.Sweeper;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The end of a log as its one writer has it: the segment that grows, the marks that say how far it
 * is durable, and the manifest.
 *
 * <p>One thread writes; another may publish what was written before, which mostly means to wait for
 * the disk. What they share is guarded by this object, and the writing thread enters it only when a
 * segment ends or begins, or very much is not durable.
 *
 * <p>A failure is kept before another thread may enter, and nothing is published behind it: the
 * system tells of a failed sync only once, so that the next one may seem to succeed.
 *
 * <p>Thread: writing is confined to one; {@link #publish} may be called by another.
 */
final class LogTail implements Closeable {

  /** Writing waits for the disk when so many times {@code sync.bytes} are not durable. */
  private static final int UNSYNCED_MAX = 4;

  private final LogFolder log;
  private final LogSettings settings;
  private final Clock clock;
  private final WriterCounters counters;
  private final FirstFailure failure;

  // The writing thread's. The segment changes under the guard only, so that the other may see it.
  private @Nullable SegmentWriter segment;
  private long writtenOffset;
  private long writtenBytes;

  // Guarded by this.
  private final OwnManifest manifest;
  private final PendingFloor pending;
  private @Nullable WriteFile commitFile;
  private long sequence;
  private boolean closed;

  private volatile long durableOffset;
  private volatile long durableBytes;

  /**
   * @param manifest the newest, and this writer's own
   */
  LogTail(
      LogFolder log,
      LogSettings settings,
      Clock clock,
      WriterCounters counters,
      FirstFailure failure,
      Manifest manifest) {
    this.log = log;
    this.settings = settings;
    this.clock = clock;
    this.counters = counters;
    this.failure = failure;
    this.manifest = new OwnManifest(log, clock, manifest);
    this.pending = new PendingFloor(log, clock);
    this.writtenOffset = manifest.nextOffset();
    this.durableOffset = writtenOffset;
  }

  /**
   * How far the log is written.
   *
   * @param segment where, or null if no segment is open
   * @param endPosition where its last batch ends
   * @param events how many are in it
   * @param offset the next event's lowest offset
   * @param bytes all that this writer has written
   */
  record Reached(
      @Nullable SegmentWriter segment, long endPosition, long events, long offset, long bytes) {}

  /** Every event with a lower offset is durable. Thread: safe. */
  long durableOffset() {
    return durableOffset;
  }

  /** Writes a batch at the end. */
  void write(BatchBuilder batch, ByteBuffer bytes) throws IOException {
    SegmentWriter target = segment;
    if (target == null
        || (target.events() > 0
            && target.endPosition() + bytes.limit() > settings.segmentBytes())) {
      target = roll(batch.baseOffset());
    }
    int length = bytes.limit();
    target.append(batch, bytes);
    writtenOffset = batch.lastOffset() + 1;
    writtenBytes += length;
    counters.written(batch.count(), batch.payloadBytes(), length);
    if (pendingBytes() / UNSYNCED_MAX >= settings.syncBytes()) {
      publish(reached());
    }
  }

  /** Bytes that are written and not yet published. */
  long pendingBytes() {
    return writtenBytes - durableBytes;
  }

  /** Counts all below {@code offset} as written: what was appended and the gap behind it. */
  void skipTo(long offset) {
    writtenOffset = Math.max(writtenOffset, offset);
  }

  /** How far the log is written now. */
  Reached reached() {
    SegmentWriter open = segment;
    return open == null
        ? new Reached(null, 0, 0, writtenOffset, writtenBytes)
        : new Reached(open, open.endPosition(), open.events(), writtenOffset, writtenBytes);
  }

  /** Makes durable, and then known, all that was written when {@code upTo} was reached. */
  void publish(Reached upTo) {
    inOneGo(
        "Syncing ",
        () -> {
          if (upTo.offset() > durableOffset) {
            publishWritten(upTo);
          }
        });
  }

  private void publishWritten(Reached upTo) throws IOException {
    long start = clock.nanos();
    // If it were not the segment that is open now, it would be sealed, and all of it durable.
    SegmentWriter target = upTo.segment();
    WriteFile marks = commitFile;
    if (target == null || marks == null) {
      // Nothing but a skipped gap is new, and no segment is open: a manifest says so.
      manifest.commitGap(upTo.offset());
    } else {
      target.force();
      CommitMark mark = markDurable(marks, target, upTo);
      manifest.checkEpoch();
      marks.writeAt(mark.encode(), CommitMark.PUBLISHED_AT);
    }
    durableOffset = upTo.offset();
    durableBytes = upTo.bytes();
    counters.synced(start);
  }

  /** Marks durably how far the segment goes, all of which is durable itself. */
  private CommitMark markDurable(WriteFile marks, SegmentWriter target, Reached upTo)
      throws IOException {
    CommitMark mark =
        new CommitMark(
            ++sequence,
            target.header().firstOffset(),
            upTo.endPosition(),
            upTo.offset(),
            upTo.events());
    marks.writeAt(mark.encode(), CommitMark.slotOf(sequence));
    marks.force();
    return mark;
  }

  /** Seals the open segment, if there is one, and begins the next. */
  private SegmentWriter roll(long firstOffset) {
    inOneGo(
        "Beginning a segment of ",
        () -> {
          SegmentList segments = sealOpen();
          SegmentWriter next = create(firstOffset);
          segment = next;
          next.force();
          if (commitFile == null) {
            commitFile = log.directory().create(FileNames.commit(next.header().epoch()));
            commitFile.append(new CommitMark(0, -1, 0, writtenOffset, 0).encodeFile());
            commitFile.force();
          }
          commitSegments(segments, next, false);
        });
    return Objects.requireNonNull(segment);
  }

  private SegmentWriter create(long firstOffset) throws IOException {
    SegmentHeader header =
        new SegmentHeader(
            firstOffset,
            clock.wallMs(),
            manifest.get().epoch(),
            log.name().generation(),
            log.name().partition(),
            0);
    return SegmentWriter.create(log.directory(), header, Indexes.INTERVAL_BYTES);
  }

  /**
   * Seals the open segment, if there is one. Readers see the manifest that will name it a moment
   * before that is durable, so a durable mark covers it first.
   */
  private SegmentList sealOpen() throws IOException {
    SegmentList segments = manifest.get().segments();
    SegmentWriter full = segment;
    WriteFile marks = commitFile;
    if (full != null && marks != null) {
      Reached end = reached();
      segments = segments.and(full.seal());
      if (end.offset() > durableOffset) {
        markDurable(marks, full, end);
      }
      segment = null;
      counters.sealed();
    }
    return segments;
  }

  /** Commits a manifest that ends with all that was written, all of which is in sealed segments. */
  private void commitSegments(SegmentList segments, @Nullable SegmentWriter open, boolean released)
      throws IOException {
    OpenSegment writing =
        open == null
            ? null
            : new OpenSegment(
                open.header().firstOffset(), open.header().epoch(), open.header().createdMs());
    log.directory().sync();
    manifest.commitSegments(segments, writing, writtenOffset, released);
    durableOffset = writtenOffset;
    durableBytes = writtenBytes;
  }

  /** Segments that get no more events, by rising offsets. Thread: safe. */
  synchronized List<SegmentEntry> sealedSegments() {
    return manifest.get().segments();
  }

  /**
   * Puts segments that compaction has written, durably, in the place of others. Thread: safe.
   *
   * @return false if the log no longer has those others, or has been closed
   * @throws IOException if that could not be written down; then nothing has changed
   */
  synchronized boolean replace(List<SegmentEntry> inputs, List<SegmentEntry> outputs)
      throws IOException {
    failure.check();
    Manifest following =
        manifest.isReleased() || closed ? null : manifest.replacing(inputs, outputs);
    if (following == null) {
      return false;
    }
    // What fails from here on ends the writer: a sync of the folder is its own files' too.
    inOneGo("Compacting ", log.directory()::sync);
    log.manifests().prepare(following);
    inOneGo("Compacting ", () -> manifest.commitPrepared(following));
    return true;
  }

  /** Seals a segment that is old, and retires and deletes what has expired. */
  void maintain() {
    inOneGo(
        "Maintaining ",
        () -> {
          SegmentWriter open = segment;
          if (open != null && isOld(open)) {
            commitSegments(sealOpen(), null, false);
          }
          retire();
        });
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
    SegmentList segments = manifest.get().segments();
    int expired = settings.retention().expired(segments, openBytes, clock.wallMs());
    if (settings.retention().takes()) {
      expired = pending.free(segments, expired);
    }
    if (expired > 0) {
      manifest.retire(expired);
      counters.retired(expired);
    }
    List<SegmentEntry> retired = manifest.get().retired();
    if (retired.isEmpty()) {
      return;
    }
    List<SegmentEntry> kept = new Sweeper(log).deleteRetired(manifest.get());
    if (kept.size() < retired.size()) {
      log.directory().sync();
      manifest.commitRetired(kept);
    }
  }

  /** Makes durable all that was written and says in the manifest that the writer is gone. */
  void release() {
    inOneGo("Closing ", () -> commitSegments(sealOpen(), null, true));
  }

  /** Lets go of the files and writes nothing more. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    try (SegmentWriter writing = segment;
        WriteFile marks = commitFile) {
      segment = null;
      commitFile = null;
    }
  }

  private synchronized void inOneGo(String doing, FirstFailure.Step step) {
    failure.attempt(doing + log.name(), step);
  }
}
