package io.varve.view;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.CheckedBatch;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.manifest.LogFolder;
import io.varve.manifest.LogState;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A log of which single events are read by their offsets. It has no lease: a segment that is gone
 * has been replaced by one without events that later ones superseded, or has expired; the next
 * {@link #refresh} tells.
 *
 * <p>Thread: {@link #refresh} is called by one at a time, {@link #find} by any.
 */
public final class LogBlocks implements Closeable {

  private static final int ATTEMPTS = 100;

  private final LogFolder log;
  private final LogState state;
  private final BlockCache cache;
  private final Queue<BatchCursor> cursors = new ConcurrentLinkedQueue<>();

  private Map<String, SegmentBlocks> segments = new HashMap<>();
  private volatile Segments live = Segments.NONE;
  private boolean loaded;

  /**
   * @param startOffset no event with a lower offset is in the log any more
   * @param firstOffsets rising, one for each of {@code all}
   */
  private record Segments(long startOffset, long[] firstOffsets, List<SegmentBlocks> all) {
    static final Segments NONE = new Segments(0, new long[0], List.of());
  }

  /** Sees an empty log until the first {@link #refresh}. */
  public LogBlocks(LogFolder log, BlockCache cache) {
    this.log = log;
    this.state = new LogState(log);
    this.cache = cache;
  }

  /** Looks at the log anew. */
  public void refresh() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        if (!loaded || state.superseded()) {
          loaded = false;
          state.load();
          locate();
          loaded = true;
        } else if (state.readMark()) {
          growOpen();
        }
        return;
      } catch (NoSuchFileException e) {
        if (!state.superseded()) {
          throw new CorruptionException(
              String.valueOf(e.getMessage()), 0, "the segment that the manifest names", "no file");
        }
      }
    }
    throw new StoreFailedException(log.name() + " changes faster than it can be read", null);
  }

  /** Loads the indexes of all segments, so that each event takes one read from now on. */
  public void loadIndexes() throws IOException {
    for (SegmentBlocks segment : live.all()) {
      try {
        segment.blockOf(0);
      } catch (NoSuchFileException e) {
        // Replaced or expired; the next refresh tells.
      }
    }
  }

  private void locate() throws IOException {
    Manifest manifest = state.manifest();
    Map<String, SegmentBlocks> before = segments;
    Map<String, SegmentBlocks> after = new HashMap<>();
    List<SegmentBlocks> all = new ArrayList<>();
    long[] firstOffsets = new long[manifest.segments().size() + 1];
    for (SegmentEntry entry : manifest.segments()) {
      SegmentBlocks segment = segment(before, entry.fileName(), entry.epoch());
      segment.seal(entry);
      after.put(entry.fileName(), segment);
      firstOffsets[all.size()] = entry.firstOffset();
      all.add(segment);
    }
    OpenSegment open = state.openSegment();
    if (open != null) {
      SegmentBlocks segment = segment(before, open.fileName(), open.epoch());
      segment.grow(state.mark().endPosition());
      after.put(open.fileName(), segment);
      firstOffsets[all.size()] = open.firstOffset();
      all.add(segment);
    }
    live = new Segments(manifest.startOffset(), Arrays.copyOf(firstOffsets, all.size()), all);
    segments = after;
    for (Map.Entry<String, SegmentBlocks> each : before.entrySet()) {
      if (!after.containsKey(each.getKey())) {
        each.getValue().close();
      }
    }
  }

  private SegmentBlocks segment(Map<String, SegmentBlocks> known, String name, long epoch) {
    SegmentBlocks segment = known.get(name);
    return segment != null ? segment : new SegmentBlocks(log, name, epoch, cache.nextSegment());
  }

  private void growOpen() throws IOException {
    OpenSegment open = state.openSegment();
    SegmentBlocks segment = open == null ? null : segments.get(open.fileName());
    if (segment == null) {
      locate();
    } else {
      segment.grow(state.mark().endPosition());
    }
  }

  /** Every event that can be found has a lower offset. */
  public long nextOffset() {
    return state.nextOffset();
  }

  /** No event with a lower offset is in the log any more. Thread: safe. */
  public long startOffset() {
    return live.startOffset();
  }

  /** The epoch of the writer that the log has, or had last. */
  public long epoch() {
    return state.manifest().epoch();
  }

  /**
   * The event at an offset.
   *
   * @return null if there is none with that key
   * @throws NoSuchFileException if its segment has been deleted
   * @throws java.nio.channels.ClosedChannelException if its segment has been let go of meanwhile
   */
  public @Nullable Event find(long offset, Encoding encoding, byte[] key) throws IOException {
    Segments now = live;
    int at = Arrays.binarySearch(now.firstOffsets(), offset);
    int segment = at >= 0 ? at : -at - 2;
    if (segment < 0) {
      return null;
    }
    BatchCursor polled = cursors.poll();
    BatchCursor cursor = polled == null ? new BatchCursor() : polled;
    try {
      return find(now.all().get(segment), offset, encoding, key, cursor);
    } finally {
      cursors.add(cursor);
    }
  }

  private @Nullable Event find(
      SegmentBlocks segment, long offset, Encoding encoding, byte[] key, BatchCursor cursor)
      throws IOException {
    int number = segment.blockOf(offset);
    if (number < 0) {
      return null;
    }
    for (CheckedBatch batch : block(segment, number, cursor).batches()) {
      if (batch.baseOffset() <= offset && offset <= batch.lastOffset()) {
        cursor.load(batch);
        while (cursor.next() && cursor.offset() <= offset) {
          if (cursor.offset() == offset) {
            return cursor.hasKey(encoding, key) ? cursor.toEvent() : null;
          }
        }
      }
    }
    return null;
  }

  /** Takes events that are read together. */
  public interface Taker {

    /**
     * Takes one of the events asked for.
     *
     * @param i which of them
     * @param event changes with the next one
     * @return false to end the reading
     */
    boolean take(int i, BatchCursor event);
  }

  /**
   * Reads events, each block of them once, from the cache if it is there, and keeps the blocks in
   * it. Those that are not there are passed over: so the caller finds out about them.
   *
   * @param offsets rising
   * @param count how many of them
   */
  public void read(long[] offsets, int count, Taker taker) throws IOException {
    Segments now = live;
    BatchCursor polled = cursors.poll();
    BatchCursor cursor = polled == null ? new BatchCursor() : polled;
    try {
      for (int i = 0; i < count; ) {
        int at = Arrays.binarySearch(now.firstOffsets(), offsets[i]);
        int segment = at >= 0 ? at : -at - 2;
        i = segment < 0 ? i + 1 : read(now.all().get(segment), offsets, i, count, cursor, taker);
      }
    } finally {
      cursors.add(cursor);
    }
  }

  /**
   * Reads events as {@link #read} does, but past the cache: for many, of blocks that nobody asks
   * for again soon.
   *
   * @return how many were taken
   */
  public int readOnce(long[] offsets, int count, Taker taker) throws IOException {
    Segments now = live;
    BatchCursor polled = cursors.poll();
    BatchCursor cursor = polled == null ? new BatchCursor() : polled;
    Once reading = new Once(offsets, count, taker, cursor);
    try {
      while (reading.next < count && !reading.ended) {
        int at = Arrays.binarySearch(now.firstOffsets(), offsets[reading.next]);
        int segment = at >= 0 ? at : -at - 2;
        int before = reading.next;
        if (segment >= 0) {
          reading.readFrom(now.all().get(segment));
        }
        reading.next = Math.max(reading.next, before + 1);
      }
      return reading.taken;
    } finally {
      cursors.add(cursor);
    }
  }

  /** Walks blocks in place. */
  private static final class Once implements SegmentBlocks.Walker {

    private final long[] offsets;
    private final int count;
    private final Taker taker;
    private final BatchCursor cursor;
    private int next;
    private int taken;
    private boolean ended;

    private Once(long[] offsets, int count, Taker taker, BatchCursor cursor) {
      this.offsets = offsets;
      this.count = count;
      this.taker = taker;
      this.cursor = cursor;
    }

    private void readFrom(SegmentBlocks segment) throws IOException {
      int number = segment.blockOf(offsets[next]);
      if (number >= 0) {
        segment.walk(number, this);
      }
    }

    @Override
    public boolean wants(long baseOffset, long lastOffset) {
      while (next < count && offsets[next] < baseOffset) {
        next++;
      }
      return !ended && next < count && offsets[next] <= lastOffset;
    }

    @Override
    public void walk(BatchHeader header, ByteBuffer bytes, int at, String file, long position) {
      cursor.load(header, bytes, at, file, position);
      while (!ended && next < count && offsets[next] <= header.lastOffset() && cursor.next()) {
        while (next < count && offsets[next] < cursor.offset()) {
          next++;
        }
        if (next < count && offsets[next] == cursor.offset()) {
          ended = !taker.take(next++, cursor);
          taken++;
        }
      }
    }
  }

  /** Reads from the block that holds the first of the offsets; returns how many are done with. */
  private int read(
      SegmentBlocks segment, long[] offsets, int first, int count, BatchCursor cursor, Taker taker)
      throws IOException {
    int number = segment.blockOf(offsets[first]);
    if (number < 0) {
      return first + 1;
    }
    int i = first;
    for (CheckedBatch batch : block(segment, number, cursor).batches()) {
      while (i < count && offsets[i] < batch.baseOffset()) {
        i++;
      }
      if (i == count) {
        return i;
      }
      if (offsets[i] <= batch.lastOffset()) {
        cursor.load(batch);
        while (i < count && cursor.next()) {
          while (i < count && offsets[i] < cursor.offset()) {
            i++;
          }
          if (i < count && offsets[i] == cursor.offset()) {
            if (!taker.take(i++, cursor)) {
              return count;
            }
          }
        }
      }
    }
    return Math.max(i, first + 1);
  }

  private Block block(SegmentBlocks segment, int number, BatchCursor cursor) throws IOException {
    Block block = cache.get(segment.number(), number);
    if (block == null) {
      boolean complete = segment.isComplete(number);
      block = segment.read(number, cursor);
      if (complete) {
        cache.put(segment.number(), number, block);
      }
    }
    return block;
  }

  @Override
  public void close() throws IOException {
    live = Segments.NONE;
    for (SegmentBlocks segment : segments.values()) {
      segment.close();
    }
    state.close();
  }
}
