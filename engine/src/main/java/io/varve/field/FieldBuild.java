package io.varve.field;

import io.varve.base.CorruptionException;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.SegmentEntry;
import io.varve.io.WriteFile;
import io.varve.log.SegmentReader;
import io.varve.manifest.LogFolder;
import io.varve.manifest.LogState;
import io.varve.manifest.ReaderLeases.Lease;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds what is missing of a log's field indexes, segment by segment, beside its writer and
 * readers.
 *
 * <p>Thread: confined to one.
 */
public final class FieldBuild {

  private static final Logger LOG = LoggerFactory.getLogger(FieldBuild.class);

  /** Batches are taken together to blocks of so many bytes at least. */
  private static final int BLOCK_BYTES_MIN = 16 << 10;

  private final LogFolder log;
  private final FieldFolder folder;
  private final FieldExtractor.Kind kind;
  private final Executor ahead;
  private final long number;
  private final long bytesMax;

  /** What is told while it goes on. */
  public interface Listener {

    /**
     * So many events and bytes of a segment more have been read.
     *
     * @param bytesLeft of the segments that are still to be read, this one's rest included
     */
    void read(long events, long bytes, long bytesLeft);
  }

  /**
   * @param ahead reads the next batches while some are being worked on
   * @param number tells builders of this opening of the store apart
   * @param bytesMax how much memory to use, about
   */
  public FieldBuild(
      LogFolder log,
      FieldFolder folder,
      FieldExtractor.Kind kind,
      Executor ahead,
      long number,
      long bytesMax) {
    this.log = log;
    this.folder = folder;
    this.kind = kind;
    this.ahead = ahead;
    this.number = number;
    this.bytesMax = bytesMax;
  }

  /**
   * What a build did.
   *
   * @param segments how many sealed segments the log has
   * @param built how many of them got an index
   * @param elsewhere how many somebody else is at
   * @param events events that were read
   * @param bytes bytes of the files that were made
   */
  public record Report(int segments, int built, int elsewhere, long events, long bytes) {}

  /** A segment and what its indexes lack. */
  private record Gap(SegmentEntry segment, List<String> fields) {}

  /**
   * Builds what is missing, newest segments first, and takes away what is of no use any more.
   *
   * @param fields those that are indexed
   * @param goOn asked now and then; false ends it, and leaves what was built
   * @throws CorruptionException if a segment is damaged, when all others have been built
   */
  public Report build(List<String> fields, Listener listener, BooleanSupplier goOn)
      throws IOException {
    // In this order: what is listed and has no segment after that is of no use.
    folder.refresh();
    try (Lease lease = log.leases().take(Long.MAX_VALUE, number);
        LogState state = new LogState(log)) {
      state.load();
      List<SegmentEntry> segments = state.manifest().segments();
      List<SegmentEntry> kept = new ArrayList<>(segments);
      kept.addAll(state.manifest().retired());
      folder.sweep(kept, fields, kind.id());
      folder.refresh();
      List<Gap> gaps = new ArrayList<>();
      long bytesLeft = 0;
      for (int i = segments.size() - 1; i >= 0 && !fields.isEmpty(); i--) {
        List<String> missing = new ArrayList<>(fields);
        missing.removeAll(folder.indexed(segments.get(i), kind.id()).fields());
        if (!missing.isEmpty()) {
          gaps.add(new Gap(segments.get(i), missing));
          bytesLeft += segments.get(i).endPosition();
        }
      }
      int built = 0;
      int elsewhere = 0;
      long events = 0;
      long bytes = 0;
      CorruptionException damage = null;
      for (Gap gap : gaps) {
        if (!goOn.getAsBoolean()) {
          break;
        }
        bytesLeft -= gap.segment.endPosition();
        lease.move(gap.segment.firstOffset());
        long made = ENDED;
        try {
          made = build(gap, listener, bytesLeft, goOn);
        } catch (CorruptionException e) {
          // That one has no index; the others shall.
          damage = damage == null ? e : damage;
        }
        if (made > 0) {
          built++;
          events += gap.segment.events();
          bytes += made;
        } else if (made == ELSEWHERE) {
          elsewhere++;
        }
      }
      if (damage != null) {
        throw damage;
      }
      return new Report(segments.size(), built, elsewhere, events, bytes);
    }
  }

  private static final long ELSEWHERE = -1;
  private static final long ENDED = 0;

  /** Returns the file's length, or one of the numbers above. */
  private long build(Gap gap, Listener listener, long behind, BooleanSupplier goOn)
      throws IOException {
    try {
      return make(gap, listener, behind, goOn);
    } catch (NoSuchFileException e) {
      LOG.debug("{} has gone meanwhile", gap.segment.fileName());
      return ENDED;
    }
  }

  private long make(Gap gap, Listener listener, long behind, BooleanSupplier goOn)
      throws IOException {
    String name = FieldFolder.name(gap.segment, gap.fields, kind.id());
    String temporary = folder.claim(name, number);
    if (temporary == null) {
      return ELSEWHERE;
    }
    boolean done = false;
    long length;
    try (WriteFile file = folder.directory().create(temporary)) {
      FieldIndexWriter writer =
          new FieldIndexWriter(
              file, folder.storeId(), gap.segment, kind.id(), gap.fields, bytesMax);
      if (!fill(writer, gap, listener, behind, goOn)) {
        return ENDED;
      }
      writer.finish();
      length = file.length();
      done = true;
    } finally {
      if (!done) {
        folder.directory().delete(temporary);
      }
    }
    if (!folder.directory().publish(temporary, name)) {
      LOG.debug("{} was built by somebody else at the same time", name);
    }
    return length;
  }

  /** Reads a segment and puts its events' values in; false if that was ended before. */
  private boolean fill(
      FieldIndexWriter writer, Gap gap, Listener listener, long behind, BooleanSupplier goOn)
      throws IOException {
    FieldExtractor extractor = kind.of(gap.fields);
    FieldValues values = new FieldValues(gap.fields);
    BatchCursor cursor = new BatchCursor();
    long end = gap.segment.endPosition();
    try (SegmentReader reader =
        SegmentReader.open(log.directory(), gap.segment.fileName(), log.buffers(), ahead)) {
      reader.limit(end);
      long blockEnd = 0;
      for (BatchHeader batch = reader.peek(); batch != null; batch = reader.peek()) {
        long at = reader.position();
        if (at >= blockEnd) {
          writer.beginBlock(at, batch.baseOffset());
          blockEnd = at + BLOCK_BYTES_MIN;
        }
        int events = batch.count();
        reader.load(cursor);
        while (cursor.next()) {
          extractor.extract(cursor, values);
          writer.add(values);
        }
        listener.read(events, reader.position() - at, behind + end - reader.position());
        if (!goOn.getAsBoolean()) {
          return false;
        }
      }
    }
    return true;
  }
}
