package io.varve.manifest;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.format.Snapshot;
import io.varve.io.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an onlooker sees of a log: a manifest, and how far its open segment is published. It moves
 * on only when told to.
 *
 * <p>Thread: confined to one.
 */
public final class LogState implements Closeable {

  private static final int ATTEMPTS = 1000;
  private static final int MARK_ATTEMPTS = 100;

  private final LogFolder log;
  private final ByteBuffer page = ByteBuffer.allocate(SegmentHeader.BYTES);

  private Manifest manifest = Manifest.empty();
  private boolean loaded;
  private @Nullable ReadFile marks;
  private CommitMark mark = CommitMark.NONE;

  /** Sees an empty log until the first {@link #load}. */
  public LogState(LogFolder log) {
    this.log = log;
  }

  /** The log as it is now. To read its segments, have a lease before. */
  public static Snapshot snapshot(LogFolder log, long nowMs) throws IOException {
    try (LogState state = new LogState(log)) {
      state.load();
      return new Snapshot(nowMs, state.manifest, state.mark);
    }
  }

  /** As {@link #load}, which it does the first time and if there is a newer manifest. */
  public void catchUp() throws IOException {
    if (!loaded || superseded()) {
      load();
    } else {
      readMark();
    }
  }

  /**
   * Loads the newest manifest and what is published of its open segment. No power cut takes back
   * how far the log goes then.
   */
  public void load() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Manifest newest = log.manifests().load();
      if (endsInGap(newest)) {
        log.manifests().sync();
      }
      manifest = newest;
      loaded = true;
      closeMarks();
      mark = CommitMark.NONE;
      OpenSegment open = manifest.open();
      if (open == null) {
        return;
      }
      String name = FileNames.commit(open.epoch());
      try {
        marks = log.directory().open(name);
        readFirstMark(name, open);
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
   * Whether the log's end may be said by the manifest alone, which shows a moment before it is
   * durable. Events are covered by a durable mark before; the end of a gap behind them is not.
   */
  private static boolean endsInGap(Manifest manifest) {
    List<SegmentEntry> segments = manifest.segments();
    long end = segments.isEmpty() ? 0 : segments.get(segments.size() - 1).lastOffset() + 1;
    return manifest.nextOffset() > end;
  }

  /**
   * Takes the mark that is there. It can be met half overwritten for a moment; if the writer has
   * died, it can be torn for good, and what the next writer will find counts, or finds just now.
   */
  private void readFirstMark(String name, OpenSegment open) throws IOException {
    for (int attempt = 0; attempt < MARK_ATTEMPTS; attempt++) {
      CommitMark read = readPublished();
      if (read != null) {
        take(read);
        return;
      }
      Thread.onSpinWait();
    }
    String path = log.directory().path() + "/" + name;
    boolean ofOwner = open.epoch() == manifest.epoch();
    if (ofOwner && log.instances().alive(manifest.owner().instance())) {
      throw new CorruptionException(path, CommitMark.PUBLISHED_AT, "a whole mark", "a damaged one");
    }
    take(CommitMark.decodeDurable(log.directory().readAll(name, CommitMark.FILE_BYTES), path));
  }

  /** Looks for a newer mark for the open segment. Returns whether there was one. */
  public boolean readMark() throws IOException {
    CommitMark read = readPublished();
    return read != null && take(read);
  }

  /** Whether there is a newer manifest than the one that was loaded. */
  public boolean superseded() throws IOException {
    return log.manifests().superseded(manifest);
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

  public Manifest manifest() {
    return manifest;
  }

  /** The published mark of the open segment, {@link CommitMark#NONE} if there is none. */
  public CommitMark mark() {
    return mark;
  }

  /** The segment that is being written, if something in it is published. */
  public @Nullable OpenSegment openSegment() {
    return mark.segmentFirstOffset() < 0 ? null : manifest.open();
  }

  /** Every published event has a lower offset. */
  public long nextOffset() {
    return Math.max(manifest.nextOffset(), mark.nextOffset());
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
