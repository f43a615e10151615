package io.varve;

import io.varve.base.Clock;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.field.Candidates;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentList;
import io.varve.format.SparseIndex;
import io.varve.io.Directory;
import io.varve.log.Indexes;
import io.varve.log.SegmentReader;
import io.varve.manifest.LogFolder;
import io.varve.manifest.ReaderLeases;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads one log in the order of its offsets, from any process, while it is written or not. It shows
 * what the writer has published, every event once and none twice, and follows the log as it grows.
 * While it is open, no file that it may still need is deleted.
 *
 * <pre>{@code
 * try (LogReader reader = store.openReader(orders, ReadRange.all())) {
 *   while (reader.next()) {
 *     use(reader.event());
 *   }
 * }
 * }</pre>
 *
 * <p>Damaged bytes are a {@link io.varve.base.CorruptionException}; nothing is passed over.
 *
 * <p>Thread: confined to one at a time, but for {@link #metrics}.
 */
public final class LogReader implements EventReader {

  private static final long PAUSE_NANOS_MIN = 1_000_000;
  private static final long PAUSE_NANOS_MAX = 50_000_000;

  private final LogFolder log;
  private final ReadRange range;
  private final boolean boundsTimes;
  private final Clock clock;
  private final Executor ahead;
  private final LogView view;
  private final ReaderPlace place;

  /** What passes by blocks that hold nothing of what is looked for; null if all is. */
  private final @Nullable FieldSearch search;

  private final BatchCursor cursor = new BatchCursor();

  private long position;
  private boolean closed;

  // The segment at hand; its entry is null for the one that is being written.
  private @Nullable SegmentReader segment;
  private @Nullable SegmentEntry entry;
  private @Nullable SparseIndex index;
  private @Nullable Candidates candidates;
  private String segmentName = "";
  private long segmentFirstOffset;
  private boolean inBatch;

  private LogReader(
      LogFolder log,
      ReadRange range,
      Clock clock,
      Executor ahead,
      LogView view,
      ReaderLeases.Lease lease,
      @Nullable FieldSearch search) {
    this.log = log;
    this.range = range;
    this.boundsTimes = range.boundsTimes();
    this.clock = clock;
    this.ahead = ahead;
    this.view = view;
    this.position = range.fromOffset();
    this.place = new ReaderPlace(lease, clock, position, view.nextOffset());
    this.search = search;
  }

  /**
   * @param ahead reads the next batch while one is being worked on
   * @param number tells this reader apart from others of the same open store
   * @param search what to look for, or null for everything
   */
  static LogReader open(
      LogFolder log,
      ReadRange range,
      Clock clock,
      Executor ahead,
      long number,
      @Nullable FieldSearch search)
      throws IOException {
    // The lease comes before the manifest: see the invariants of the manifest room.
    ReaderLeases.Lease lease = log.leases().take(range.fromOffset(), number);
    LogReader reader = null;
    try {
      reader = new LogReader(log, range, clock, ahead, LogView.open(log), lease, search);
      return reader;
    } finally {
      if (reader == null) {
        lease.close();
      }
    }
  }

  /** The log that is read. */
  @Override
  public StreamPartition log() {
    return log.name();
  }

  /**
   * Steps to the next event.
   *
   * @return false if there is none for now; {@link #done} tells whether there ever will be
   */
  @Override
  public boolean next() {
    return next(() -> true);
  }

  /**
   * Steps to the next event, unless that takes longer than the caller has time for: much may have
   * to be passed by until one comes that the range wants, or an index leads to.
   *
   * @param goOn asked before each batch and each segment; false leaves the rest for the next call
   * @return false if there is none for now, or it was left for later; {@link #position} is behind
   *     what was passed by
   */
  @Override
  public boolean next(BooleanSupplier goOn) {
    while (true) {
      while (inBatch && cursor.next()) {
        long offset = cursor.offset();
        if (offset < position) {
          continue;
        }
        if (offset >= range.toOffset()) {
          position = range.toOffset();
          inBatch = false;
          return false;
        }
        position = offset + 1;
        if (!boundsTimes || inTimes()) {
          return true;
        }
      }
      inBatch = false;
      if (closed) {
        throw new StoreClosedException("The reader of " + log.name());
      }
      try {
        if (done() || !loadBatch(goOn)) {
          tellOfWaiting();
          return false;
        }
      } catch (IOException e) {
        throw new StoreFailedException("Reading " + log.name() + " failed", e);
      }
    }
  }

  private boolean inTimes() {
    long time = cursor.timestampMs();
    return cursor.timestampType() != TimestampType.NONE
        && time >= range.fromTimeMs()
        && time < range.toTimeMs();
  }

  /** The event that {@link #next} stepped to; it changes with the next step. */
  @Override
  public EventView event() {
    return cursor;
  }

  /** The same, to be packed. */
  BatchCursor cursor() {
    return cursor;
  }

  /** Whether the range has been read to its end, so that {@link #next} will never again be true. */
  @Override
  public boolean done() {
    return position >= range.toOffset();
  }

  /** The offset from which the next event is looked for. */
  @Override
  public long position() {
    return position;
  }

  @Override
  public long endOffset() {
    return view.nextOffset();
  }

  /** None: all of its range is wanted. */
  @Override
  public long eventsPassedBy() {
    return 0;
  }

  /** How far it is. Thread: safe. */
  @Override
  public ReaderMetrics metrics() {
    return place.metrics();
  }

  /** The log as this reader knows it. */
  @Override
  public LogStats stats() {
    return view.stats();
  }

  /** Goes on at another offset, of which the range's other bounds hold as before. */
  @Override
  public void seek(long offset) {
    try {
      closeSegment();
      inBatch = false;
      position = offset;
      place.need(offset);
      view.restart();
    } catch (IOException e) {
      throw new StoreFailedException("Reading " + log.name() + " failed", e);
    }
  }

  /**
   * Waits until there may be more to read.
   *
   * @return false if nothing came within {@code timeout}, or the thread was interrupted
   */
  @Override
  public boolean await(Duration timeout) {
    long deadline = clock.nanos() + timeout.toNanos();
    long pause = PAUSE_NANOS_MIN;
    while (!done()) {
      if (view.nextOffset() > position) {
        return true;
      }
      if (view.refresh(position)) {
        continue;
      }
      long left = deadline - clock.nanos();
      if (left <= 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      tellOfWaiting();
      LockSupport.parkNanos(Math.min(left, pause));
      pause = Math.min(2 * pause, PAUSE_NANOS_MAX);
    }
    return false;
  }

  /** Loads the next batch that may hold an event of the range. */
  private boolean loadBatch(BooleanSupplier goOn) throws IOException {
    while (goOn.getAsBoolean()) {
      SegmentReader at = segment;
      if (at == null) {
        if (!openSegment(goOn)) {
          return false;
        }
        continue;
      }
      skipBlocks(at);
      BatchHeader batch = at.peek();
      if (batch == null) {
        if (!leaveOrFollow()) {
          return false;
        }
      } else if (batch.baseOffset() >= range.toOffset()) {
        position = range.toOffset();
        return false;
      } else if (batch.lastOffset() < position || !mayHold(batch)) {
        position = Math.max(position, Math.min(batch.lastOffset() + 1, range.toOffset()));
        at.skip();
      } else {
        at.load(cursor);
        inBatch = true;
        tell(batch);
        return true;
      }
    }
    return false;
  }

  private void tellOfWaiting() {
    try {
      place.waits(position, view.nextOffset());
    } catch (IOException e) {
      throw new StoreFailedException("Reading " + log.name() + " failed", e);
    }
  }

  /** Tells others of the batch that it reads now, and looks now and then how far the log is. */
  private void tell(BatchHeader batch) throws IOException {
    long from = Math.max(position, batch.baseOffset());
    boolean look = place.isLookDue();
    place.reads(batch, from, look ? view.lookAhead() : view.nextOffset());
    if (look) {
      // Not beyond the batch: its segment is still needed.
      place.need(from);
    }
  }

  private boolean mayHold(BatchHeader batch) {
    return !boundsTimes
        || (batch.maxTimestampMs() >= range.fromTimeMs()
            && batch.minTimestampMs() < range.toTimeMs());
  }

  /** Passes by blocks that hold no event of the range, or nothing of what is looked for. */
  private void skipBlocks(SegmentReader at) {
    long before;
    do {
      before = at.position();
      if (candidates != null) {
        skipOthers(at, candidates);
      }
      if (boundsTimes) {
        skipTimes(at);
      }
    } while (at.position() != before);
  }

  /** Goes to the next block that is worth a look. */
  private static void skipOthers(SegmentReader at, Candidates wanted) {
    if (at.position() >= at.limit()) {
      return;
    }
    int block = wanted.from(at.position());
    if (block < 0) {
      at.position(at.limit());
    } else if (wanted.position(block) > at.position()) {
      at.position(wanted.position(block), wanted.baseOffset(block), wanted.rowEnd(block));
    }
  }

  /**
   * At the start of a block without a time of the range: goes to the next block that may hold one.
   */
  private void skipTimes(SegmentReader at) {
    SparseIndex blocks = index;
    if (blocks == null || blocks.count() == 0 || at.position() >= at.limit()) {
      return;
    }
    int block = blocks.blockAt(at.position());
    if (blocks.position(block) != at.position()) {
      return;
    }
    int next = blocks.nextWithTimes(block, range.fromTimeMs(), range.toTimeMs());
    if (next != block) {
      at.position(blocks, next);
    }
  }

  /**
   * At the end of what is known of the segment at hand: leaves it if it is sealed, else looks for
   * more.
   *
   * @return false if there is no more for now
   */
  private boolean leaveOrFollow() throws IOException {
    SegmentEntry sealed = entry;
    if (sealed != null) {
      position = Math.max(position, Math.min(sealed.lastOffset() + 1, range.toOffset()));
      closeSegment();
      return true;
    }
    if (followOpen()) {
      return true;
    }
    if (view.refresh(position)) {
      return true;
    }
    position = Math.max(position, Math.min(view.nextOffset(), range.toOffset()));
    return false;
  }

  /**
   * Brings the open segment at hand up to what is known of the log.
   *
   * @return whether that changed anything
   */
  private boolean followOpen() throws IOException {
    SegmentReader at = segment;
    if (at == null) {
      return true;
    }
    OpenSegment open = view.openSegment();
    if (open != null && open.fileName().equals(segmentName)) {
      boolean more = view.openEnd() > at.limit();
      at.limit(view.openEnd());
      return more;
    }
    SegmentEntry sealed = view.sealed(segmentName, segmentFirstOffset);
    if (sealed != null) {
      entry = sealed;
      at.limit(sealed.endPosition());
      return true;
    }
    // It was never committed, or all of it has been read.
    closeSegment();
    return true;
  }

  /** Opens the segment in which the position lies, or the first one behind it. */
  private boolean openSegment(BooleanSupplier goOn) throws IOException {
    while (!done() && goOn.getAsBoolean()) {
      SegmentEntry sealed = nextSealed();
      if (sealed != null) {
        if (openSealed(sealed)) {
          return true;
        }
        continue;
      }
      OpenSegment writing = view.openSegment();
      if (writing != null && position < view.nextOffset()) {
        place.need(Math.max(position, writing.firstOffset()));
        open(
            SegmentReader.open(log.directory(), writing.fileName(), log.buffers(), ahead),
            writing.fileName(),
            writing.firstOffset(),
            view.openEnd());
        return true;
      }
      if (!view.refresh(position)) {
        position = Math.max(position, Math.min(view.nextOffset(), range.toOffset()));
        return false;
      }
    }
    return false;
  }

  /**
   * The first sealed segment that ends at or behind the position and may hold times of the range.
   */
  private @Nullable SegmentEntry nextSealed() {
    SegmentList segments = view.segments();
    int next = segments.endingFrom(position);
    if (boundsTimes) {
      int skipped = next;
      next = segments.nextWithTimes(next, range.fromTimeMs(), range.toTimeMs());
      if (next > skipped) {
        long behind = segments.get(next - 1).lastOffset() + 1;
        position = Math.max(position, Math.min(behind, range.toOffset()));
      }
    }
    return next < segments.size() && !done() ? segments.get(next) : null;
  }

  /**
   * Opens a sealed segment where the range's first event in it may be.
   *
   * @return false if nothing of what is looked for is in it; the position is behind it then
   */
  private boolean openSealed(SegmentEntry sealed) throws IOException {
    place.need(Math.max(position, sealed.firstOffset()));
    Candidates wanted = search == null ? null : search.in(sealed);
    if (wanted != null && wanted.blocksWanted() == 0) {
      position = Math.max(position, Math.min(sealed.lastOffset() + 1, range.toOffset()));
      return false;
    }
    Directory folder = log.directory();
    SparseIndex blocks = null;
    if (boundsTimes || position > sealed.firstOffset()) {
      blocks = Indexes.load(folder, sealed, log.buffers());
    }
    boolean indexed = blocks != null && blocks.count() > 0;
    open(
        indexed || wanted != null
            ? SegmentReader.openIndexed(folder, sealed, log.buffers(), ahead)
            : SegmentReader.open(folder, sealed.fileName(), log.buffers(), ahead),
        sealed.fileName(),
        sealed.firstOffset(),
        sealed.endPosition());
    entry = sealed;
    index = blocks;
    candidates = wanted;
    SegmentReader at = segment;
    if (blocks != null && indexed && at != null) {
      at.position(blocks, blocks.blockOf(position));
    }
    return true;
  }

  private void open(SegmentReader reader, String name, long firstOffset, long end) {
    reader.limit(end);
    segment = reader;
    entry = null;
    index = null;
    candidates = null;
    segmentName = name;
    segmentFirstOffset = firstOffset;
  }

  private void closeSegment() throws IOException {
    SegmentReader at = segment;
    segment = null;
    entry = null;
    index = null;
    candidates = null;
    if (at != null) {
      at.close();
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    inBatch = false;
    try {
      closeSegment();
      view.close();
      place.close();
    } catch (IOException e) {
      throw new StoreFailedException("Closing the reader of " + log.name() + " failed", e);
    }
  }
}
