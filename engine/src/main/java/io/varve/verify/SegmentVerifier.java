package io.varve.verify;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentFooter;
import io.varve.format.SegmentHeader;
import io.varve.format.SparseIndex;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.log.SegmentReader;
import io.varve.manifest.LogFolder;
import io.varve.verify.Problem.Affected;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * Checks one segment, all of it: header, every batch and event, and against what was found there
 * the footer, the index and what is said of the segment elsewhere.
 *
 * <p>Behind a batch whose header is damaged it goes on where the index says that another begins.
 *
 * <p>Thread: confined to one.
 */
final class SegmentVerifier {

  private final LogFolder log;
  private final SegmentEntry entry;
  private final boolean open;
  private final String saidBy;
  private final VerifyReport.Builder report;
  private final Directory directory;
  private final String path;
  private final BatchCursor cursor = new BatchCursor();

  private @Nullable IndexCheck index;
  private boolean whole = true;
  private long end;
  private int batches;
  private Figures found;

  /**
   * @param entry what is said of the segment
   * @param open whether it is being written, so that of what is said only the end and the number of
   *     events are known
   * @param saidBy the file that says it
   */
  SegmentVerifier(
      LogFolder log, SegmentEntry entry, boolean open, String saidBy, VerifyReport.Builder report) {
    this.log = log;
    this.entry = entry;
    this.open = open;
    this.end = entry.endPosition();
    this.saidBy = saidBy;
    this.report = report;
    this.directory = log.directory();
    this.path = directory.path() + "/" + entry.fileName();
    this.found = Figures.none(entry.firstOffset() - 1);
  }

  void verify() throws IOException {
    report.segment();
    try (ReadFile file = directory.open(entry.fileName())) {
      checkHeader(file);
      loadIndex();
      long length = file.length();
      end = Math.min(end, length);
      walk();
      checkLength(length);
      if (entry.sealed()) {
        checkFooter(file);
      }
    } catch (NoSuchFileException e) {
      problem(path, 0, "the segment that " + saidBy + " names", "no file", all());
      return;
    } catch (CorruptionException e) {
      report.problem(Problem.of(e, affectedBehind()));
      return;
    } catch (FormatTooNewException e) {
      problem(path, 0, "a format that this Varve reads", String.valueOf(e.getMessage()), all());
      return;
    }
    if (whole) {
      compareWithEntry();
      checkIndex();
    }
  }

  private void checkHeader(ReadFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
    file.read(bytes, 0);
    SegmentHeader header = SegmentHeader.decode(bytes.flip(), path);
    StreamPartition name = log.name();
    if (header.generation() != name.generation() || header.partition() != name.partition()) {
      problem(
          path,
          0,
          "the header of a segment of " + name,
          "generation " + header.generation() + ", partition " + header.partition(),
          null);
    }
  }

  private void checkLength(long length) {
    if (length < entry.endPosition()) {
      whole = false;
      problem(
          path,
          length,
          "bytes up to " + entry.endPosition(),
          "the end of the file",
          affectedBehind());
    } else if (entry.sealed() && length > entry.bytes()) {
      problem(
          path, entry.bytes(), "the end of the file", (length - entry.bytes()) + " bytes", null);
    }
  }

  private void loadIndex() throws IOException {
    if (entry.indexEpoch() == 0) {
      return;
    }
    String indexPath = directory.path() + "/" + entry.indexName();
    try {
      index =
          new IndexCheck(
              SparseIndex.decode(
                  directory.readAll(entry.indexName(), SparseIndex.BYTES_MAX),
                  entry.fileName(),
                  indexPath));
    } catch (NoSuchFileException e) {
      problem(indexPath, 0, "the index that " + saidBy + " names", "no file", null);
    } catch (CorruptionException e) {
      report.problem(Problem.of(e, null));
    } catch (FormatTooNewException e) {
      problem(indexPath, 0, "a format this Varve reads", String.valueOf(e.getMessage()), null);
    }
  }

  private void walk() throws IOException {
    try (SegmentReader reader =
        SegmentReader.open(directory, entry.fileName(), log.buffers(), null)) {
      reader.limit(end);
      while (reader.position() < reader.limit()) {
        long from = reader.position();
        long to;
        try {
          to = from + verifyBatch(reader);
        } catch (CorruptionException e) {
          to = next(reader, from, e);
        }
        report.bytes(to - from);
      }
    }
  }

  /** Checks the batch at hand and moves past it; returns its bytes. */
  private int verifyBatch(SegmentReader reader) {
    long position = reader.position();
    BatchHeader batch = reader.peek();
    if (batch == null) {
      throw new IllegalStateException("peeked behind the limit of " + path);
    }
    if (batch.baseOffset() <= found.lastOffset()) {
      throw new CorruptionException(
          path,
          position,
          "a batch with offsets above " + found.lastOffset(),
          "one that begins with " + batch.baseOffset());
    }
    if (index != null) {
      index.batch(position, batch.baseOffset(), batch.minTimestampMs(), batch.maxTimestampMs());
    }
    batches++;
    found = found.and(batch);
    try {
      reader.load(cursor);
      verifyEvents(batch, position);
      report.batch(batch.count());
    } catch (CorruptionException e) {
      report.problem(
          Problem.of(e, new Affected(log.name(), batch.baseOffset(), batch.lastOffset())));
      if (reader.position() == position) {
        reader.skip();
      }
    }
    return batch.totalBytes();
  }

  private void verifyEvents(BatchHeader batch, long position) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    while (cursor.next()) {
      cursor.headers();
      if (cursor.timestampType() != TimestampType.NONE) {
        min = Math.min(min, cursor.timestampMs());
        max = Math.max(max, cursor.timestampMs());
      }
    }
    if (min != batch.minTimestampMs() || max != batch.maxTimestampMs()) {
      throw new CorruptionException(
          path,
          position,
          "events with timestamps "
              + batch.minTimestampMs()
              + " to "
              + batch.maxTimestampMs()
              + ", as the batch header says",
          "timestamps " + min + " to " + max);
    }
  }

  /** Behind a batch of which not even the length is known: where to go on. */
  private long next(SegmentReader reader, long from, CorruptionException e) {
    whole = false;
    long behind = index == null ? -1 : index.blockBehind(from);
    if (behind < 0 || behind >= end) {
      report.problem(Problem.of(e, affectedBehind()));
      reader.position(end);
      return end;
    }
    reader.position(behind);
    long toOffset = entry.lastOffset();
    try {
      BatchHeader there = reader.peek();
      toOffset = there == null ? toOffset : there.baseOffset() - 1;
    } catch (CorruptionException alsoThere) {
      // It is met again, and reported, by the next step.
    }
    report.problem(Problem.of(e, new Affected(log.name(), found.lastOffset() + 1, toOffset)));
    return behind;
  }

  private void checkFooter(ReadFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SegmentFooter.BYTES);
    file.read(bytes, entry.endPosition());
    try {
      SegmentFooter footer = SegmentFooter.decode(bytes.flip(), path, entry.endPosition());
      if (whole) {
        compare("the footer", Figures.of(footer));
        if (footer.batches() != batches) {
          problem(path, entry.endPosition(), batches + " batches", "" + footer.batches(), null);
        }
      }
    } catch (CorruptionException e) {
      report.problem(Problem.of(e, null));
    }
  }

  private void compareWithEntry() {
    String by = "the entry in " + saidBy;
    if (!open) {
      compare(by, Figures.of(entry));
    } else if (found.events() != entry.events()) {
      problem(
          path,
          end,
          entry.events() + " events, as " + by + " says",
          found.events() + " events",
          null);
    }
  }

  private void checkIndex() {
    String difference = index == null ? null : index.end();
    if (difference != null) {
      problem(
          directory.path() + "/" + entry.indexName(),
          0,
          "the index of " + entry.fileName(),
          difference,
          null);
    }
  }

  private void compare(String by, Figures said) {
    if (!found.equals(said)) {
      problem(path, entry.endPosition(), said + ", as " + by + " says", found.toString(), null);
    }
  }

  private Affected all() {
    return new Affected(log.name(), entry.firstOffset(), entry.lastOffset());
  }

  private @Nullable Affected affectedBehind() {
    return found.lastOffset() >= entry.lastOffset()
        ? null
        : new Affected(log.name(), found.lastOffset() + 1, entry.lastOffset());
  }

  private void problem(
      String file, long position, String expected, String found, @Nullable Affected affected) {
    report.problem(new Problem(file, position, expected, found, affected));
  }
}
