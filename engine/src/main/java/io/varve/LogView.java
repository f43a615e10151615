package io.varve;

import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.format.CommitMark;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentList;
import io.varve.manifest.LogFolder;
import io.varve.manifest.LogState;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader sees of a log: a manifest, and how far its open segment is published. It moves on
 * only when told to.
 *
 * <p>Thread: confined to one.
 */
final class LogView implements Closeable {

  private final LogFolder log;
  private final LogState state;

  private SegmentList segments = Manifest.empty().segments();
  private long visibleFrom;

  /** What the log is by now, once somebody wants to know; the view stays as it is. */
  private @Nullable LogState now;

  private LogView(LogFolder log) {
    this.log = log;
    this.state = new LogState(log);
  }

  static LogView open(LogFolder log) throws IOException {
    LogView view = new LogView(log);
    boolean done = false;
    try {
      view.restart();
      done = true;
      return view;
    } finally {
      if (!done) {
        view.close();
      }
    }
  }

  /** Forgets what it saw before and looks at the log as it is now. */
  void restart() throws IOException {
    state.catchUp();
    Manifest manifest = state.manifest();
    OpenSegment open = manifest.open();
    visibleFrom =
        !manifest.segments().isEmpty()
            ? manifest.segments().get(0).firstOffset()
            : open != null ? open.firstOffset() : manifest.nextOffset();
    segments = manifest.segments();
  }

  /**
   * Loads the newest manifest and what is published of its open segment. Segments that have been
   * retired since this view began stay in it as far as the reader's lease covers them: their files
   * are kept.
   */
  private void reload(long leasedFrom) throws IOException {
    state.load();
    List<SegmentEntry> behind = new ArrayList<>();
    for (SegmentEntry segment : state.manifest().retired()) {
      if (!segment.replaced()
          && segment.firstOffset() >= visibleFrom
          && segment.lastOffset() >= leasedFrom) {
        behind.add(segment);
      }
    }
    segments = state.manifest().segments();
    if (!behind.isEmpty()) {
      behind.addAll(segments);
      segments = SegmentList.of(behind);
    }
  }

  /**
   * Looks for what was committed since.
   *
   * @param leasedFrom what the reader's lease covers
   * @return whether there is anything new
   */
  boolean refresh(long leasedFrom) {
    try {
      if (state.readMark()) {
        return true;
      }
      if (state.superseded()) {
        reload(leasedFrom);
        return true;
      }
      return false;
    } catch (IOException e) {
      throw new StoreFailedException("Reading the state of " + log.name() + " failed", e);
    }
  }

  /** Sealed segments, by rising offsets. */
  SegmentList segments() {
    return segments;
  }

  /**
   * The sealed segment of that name, whose first offset is given; one that compaction has replaced
   * too. Null if none is left.
   */
  @Nullable SegmentEntry sealed(String name, long firstOffset) {
    int at = segments.endingFrom(firstOffset);
    if (at < segments.size() && segments.get(at).fileName().equals(name)) {
      return segments.get(at);
    }
    for (SegmentEntry segment : state.manifest().retired()) {
      if (segment.fileName().equals(name)) {
        return segment;
      }
    }
    return null;
  }

  /** The segment that is being written, if something in it is published. */
  @Nullable OpenSegment openSegment() {
    return state.openSegment();
  }

  /** How far the open segment is published. */
  long openEnd() {
    return state.mark().endPosition();
  }

  /** Every published event has a lower offset. */
  long nextOffset() {
    return state.nextOffset();
  }

  /**
   * Looks how far the log is published by now, and shows nothing more for that: who reads on sees
   * the log as it was.
   *
   * @return every published event has a lower offset; what the view knows, if looking fails: that
   *     is no reason not to read on
   */
  long lookAhead() {
    LogState newest = now;
    now = null;
    try {
      if (newest == null) {
        newest = new LogState(log);
        newest.load();
      } else if (!newest.readMark() && newest.superseded()) {
        newest.load();
      }
      now = newest;
      return Math.max(nextOffset(), newest.nextOffset());
    } catch (IOException | VarveException e) {
      return nextOffset();
    } finally {
      if (now == null && newest != null) {
        letGo(newest);
      }
    }
  }

  private static void letGo(LogState looked) {
    try {
      looked.close();
    } catch (IOException e) {
      // It was only read.
    }
  }

  LogStats stats() {
    Manifest manifest = state.manifest();
    CommitMark mark = state.mark();
    long events = mark.events();
    long bytes = mark.endPosition();
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    int dirtySegments = 0;
    long dirtyBytes = 0;
    for (SegmentEntry segment : manifest.segments()) {
      if (segment.dirty()) {
        dirtySegments++;
        dirtyBytes += segment.bytes();
      }
      events += segment.events();
      bytes += segment.bytes();
      min = Math.min(min, segment.minTimestampMs());
      max = Math.max(max, segment.maxTimestampMs());
    }
    OpenSegment open = openSegment();
    long first =
        !manifest.segments().isEmpty()
            ? manifest.startOffset()
            : open != null ? open.firstOffset() : nextOffset();
    return new LogStats(
        Math.max(first, manifest.startOffset()),
        nextOffset(),
        events,
        bytes,
        manifest.segments().size() + (open == null ? 0 : 1),
        dirtySegments,
        dirtyBytes,
        dirtySegments < manifest.segments().size(),
        manifest.retired().size(),
        manifest.retired().stream().mapToLong(SegmentEntry::bytes).sum(),
        min,
        max,
        manifest.epoch(),
        manifest.owner(),
        !manifest.released());
  }

  @Override
  public void close() throws IOException {
    if (now != null) {
      letGo(now);
    }
    state.close();
  }
}
