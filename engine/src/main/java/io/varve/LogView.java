package io.varve;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.io.ReadFile;
import io.varve.manifest.LogFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
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

  private static final int ATTEMPTS = 1000;
  private static final int MARK_ATTEMPTS = 100;

  private final LogFolder log;
  private final ByteBuffer page = ByteBuffer.allocate(SegmentHeader.BYTES);

  private Manifest manifest;
  private List<SegmentEntry> segments = List.of();
  private long visibleFrom;
  private @Nullable ReadFile marks;
  private CommitMark mark = new CommitMark(0, -1, 0, 0, 0);

  private LogView(LogFolder log, Manifest manifest) {
    this.log = log;
    this.manifest = manifest;
  }

  static LogView open(LogFolder log) throws IOException {
    LogView view = new LogView(log, Manifest.empty());
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

  /** Forgets what it saw before and looks at the log anew. */
  void restart() throws IOException {
    loadManifest();
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
    loadManifest();
    segments = new ArrayList<>();
    for (SegmentEntry segment : manifest.retired()) {
      if (!segment.replaced()
          && segment.firstOffset() >= visibleFrom
          && segment.lastOffset() >= leasedFrom) {
        segments.add(segment);
      }
    }
    segments.addAll(manifest.segments());
  }

  private void loadManifest() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      manifest = log.manifests().load();
      closeMarks();
      mark = new CommitMark(0, -1, 0, 0, 0);
      OpenSegment open = manifest.open();
      if (open == null) {
        return;
      }
      String name = FileNames.commit(open.epoch());
      try {
        marks = log.directory().open(name);
        readFirstMark(name);
        return;
      } catch (NoSuchFileException e) {
        // The log was taken over in between: what was open is sealed now.
        if (!log.manifests().superseded(manifest)) {
          throw new CorruptionException(
              log.directory().path() + "/" + name,
              0,
              "the file that the manifest names",
              "no file");
        }
      }
    }
    throw new StoreFailedException(log.name() + " is taken over faster than it can be read", null);
  }

  /**
   * Looks for what was committed since.
   *
   * @param leasedFrom what the reader's lease covers
   * @return whether there is anything new
   */
  boolean refresh(long leasedFrom) {
    try {
      if (marks != null && readMark()) {
        return true;
      }
      if (log.manifests().superseded(manifest)) {
        reload(leasedFrom);
        return true;
      }
      return false;
    } catch (IOException e) {
      throw new StoreFailedException("Reading the state of " + log.name() + " failed", e);
    }
  }

  /**
   * Takes the mark that is there. It can be met half overwritten for a moment; if the writer has
   * died, it can be torn for good, and what the next writer will find counts.
   */
  private void readFirstMark(String name) throws IOException {
    for (int attempt = 0; attempt < MARK_ATTEMPTS; attempt++) {
      CommitMark read = readPublished();
      if (read != null) {
        take(read);
        return;
      }
      Thread.onSpinWait();
    }
    String path = log.directory().path() + "/" + name;
    if (log.instances().alive(manifest.owner().instance())) {
      throw new CorruptionException(path, CommitMark.PUBLISHED_AT, "a whole mark", "a damaged one");
    }
    take(CommitMark.decodeDurable(log.directory().readAll(name, CommitMark.FILE_BYTES), path));
  }

  /** Whether a newer mark for the open segment was there. */
  private boolean readMark() throws IOException {
    CommitMark read = readPublished();
    return read != null && take(read);
  }

  private @Nullable CommitMark readPublished() throws IOException {
    ReadFile file = marks;
    if (file == null) {
      return null;
    }
    page.clear();
    file.read(page, CommitMark.PUBLISHED_AT);
    return CommitMark.decodePublished(page.flip(), log.directory().path());
  }

  private boolean take(CommitMark read) {
    OpenSegment open = manifest.open();
    if (open == null
        || read.sequence() <= mark.sequence()
        || read.segmentFirstOffset() != open.firstOffset()) {
      return false;
    }
    mark = read;
    return true;
  }

  List<SegmentEntry> segments() {
    return segments;
  }

  /**
   * The sealed segment of that name; one that compaction has replaced too. Null if none is left.
   */
  @Nullable SegmentEntry sealed(String name) {
    for (List<SegmentEntry> list : List.of(segments, manifest.retired())) {
      for (SegmentEntry segment : list) {
        if (segment.fileName().equals(name)) {
          return segment;
        }
      }
    }
    return null;
  }

  /** The segment that is being written, if something in it is published. */
  @Nullable OpenSegment openSegment() {
    return mark.segmentFirstOffset() < 0 ? null : manifest.open();
  }

  /** How far the open segment is published. */
  long openEnd() {
    return mark.endPosition();
  }

  /** Every published event has a lower offset. */
  long nextOffset() {
    return Math.max(manifest.nextOffset(), mark.nextOffset());
  }

  LogStats stats() {
    long events = mark.events();
    long bytes = mark.endPosition();
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (SegmentEntry segment : manifest.segments()) {
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
        min,
        max,
        manifest.epoch(),
        manifest.owner(),
        !manifest.released());
  }

  private void closeMarks() throws IOException {
    ReadFile file = marks;
    marks = null;
    if (file != null) {
      file.close();
    }
  }

  @Override
  public void close() throws IOException {
    closeMarks();
  }
}
