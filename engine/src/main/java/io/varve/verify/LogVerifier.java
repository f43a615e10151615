package io.varve.verify;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.manifest.LogFolder;
import io.varve.manifest.ReaderLeases;
import io.varve.verify.Problem.Affected;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Checks one log: what its manifest and its commit file say, every segment, and what nothing names.
 *
 * <p>Thread: confined to one.
 */
final class LogVerifier {

  private static final int MARK_ATTEMPTS = 1000;

  /** Folders in a log's folder. */
  private static final Set<String> FOLDERS = Set.of("manifest", "readers", "snapshots");

  private final LogFolder log;
  private final VerifyReport.Builder report;

  LogVerifier(LogFolder log, VerifyReport.Builder report) {
    this.log = log;
    this.report = report;
  }

  /** Bytes of segments that there are to check; 0 if the manifest can't be read. */
  static long bytes(LogFolder log) throws IOException {
    try {
      Manifest manifest = log.manifests().load();
      long bytes = 0;
      for (SegmentEntry segment : manifest.segments()) {
        bytes += segment.bytes();
      }
      CommitMark mark =
          new LogVerifier(log, new VerifyReport.Builder(VerifyListener.NONE)).mark(manifest);
      return bytes + (mark == null ? 0 : mark.endPosition());
    } catch (CorruptionException | FormatTooNewException e) {
      return 0;
    }
  }

  /**
   * @param leaseNumber tells this lease apart from others of the same instance
   */
  void verify(long leaseNumber) throws IOException {
    report.log();
    // The lease comes before the manifest: see the invariants of the manifest room.
    try (ReaderLeases.Lease lease = log.leases().take(0, leaseNumber)) {
      Set<String> before = unnamedCandidates();
      State state = load();
      if (state == null) {
        return;
      }
      Manifest manifest = state.manifest();
      checkOffsets(manifest);
      String saidBy = FileNames.manifest(manifest.number());
      for (SegmentEntry segment : manifest.segments()) {
        new SegmentVerifier(log, segment, false, saidBy, report).verify();
      }
      OpenSegment open = manifest.open();
      if (open != null && state.mark() != null) {
        verifyOpen(open, state.mark());
      }
      reportUnnamed(before, manifest);
    }
  }

  /**
   * A log's manifest with the mark of its open segment.
   *
   * @param mark null if nothing in the open segment is committed, or there is none
   */
  private record State(Manifest manifest, @Nullable CommitMark mark) {}

  /** The log's state, or null if it can't be told; that is reported. */
  private @Nullable State load() throws IOException {
    String manifests = log.directory().path() + "/manifest";
    Affected all = new Affected(log.name(), 0, Long.MAX_VALUE);
    while (true) {
      Manifest manifest;
      try {
        manifest = log.manifests().load();
      } catch (CorruptionException e) {
        report.problem(Problem.of(e, all));
        return null;
      } catch (FormatTooNewException e) {
        report.problem(
            new Problem(
                manifests,
                0,
                "a format that this Varve reads",
                String.valueOf(e.getMessage()),
                all));
        return null;
      }
      try {
        return new State(manifest, mark(manifest));
      } catch (CorruptionException e) {
        // A taking over in between closes the open segment and deletes its commit file.
        if (!log.manifests().superseded(manifest)) {
          OpenSegment open = manifest.open();
          long from = open == null ? manifest.nextOffset() : open.firstOffset();
          report.problem(Problem.of(e, new Affected(log.name(), from, Long.MAX_VALUE)));
          return new State(manifest, null);
        }
      }
    }
  }

  /**
   * How far the open segment is committed, or null if nothing in it is.
   *
   * @throws CorruptionException if the commit file is gone or doesn't tell
   */
  private @Nullable CommitMark mark(Manifest manifest) throws IOException {
    OpenSegment open = manifest.open();
    if (open == null) {
      return null;
    }
    String name = FileNames.commit(open.epoch());
    String path = log.directory().path() + "/" + name;
    for (int attempt = 1; ; attempt++) {
      try {
        ByteBuffer file = log.directory().readAll(name, CommitMark.FILE_BYTES);
        CommitMark durable = CommitMark.decodeDurable(file, path);
        // It can be met half overwritten for a moment; a dead writer may have left it so for good.
        boolean published = CommitMark.decodePublished(file, path) != null;
        if (published || attempt == MARK_ATTEMPTS) {
          if (!published && log.instances().alive(manifest.owner().instance())) {
            throw new CorruptionException(
                path, CommitMark.PUBLISHED_AT, "a whole mark", "a damaged one");
          }
          return durable.segmentFirstOffset() == open.firstOffset() ? durable : null;
        }
      } catch (NoSuchFileException e) {
        throw new CorruptionException(path, 0, "the commit file of the open segment", "no file");
      } catch (CorruptionException e) {
        if (attempt >= MARK_ATTEMPTS) {
          throw e;
        }
      }
      Thread.onSpinWait();
    }
  }

  private void checkOffsets(Manifest manifest) {
    List<SegmentEntry> segments = manifest.segments();
    if (segments.isEmpty()) {
      return;
    }
    long last = segments.get(segments.size() - 1).lastOffset();
    if (manifest.nextOffset() <= last) {
      report.problem(
          new Problem(
              log.directory().path() + "/manifest/" + FileNames.manifest(manifest.number()),
              0,
              "a next offset above " + last + ", the last one stored",
              "" + manifest.nextOffset(),
              null));
    }
  }

  private void verifyOpen(OpenSegment open, CommitMark mark) throws IOException {
    if (mark.endPosition() < SegmentHeader.BYTES || mark.nextOffset() < open.firstOffset()) {
      report.problem(
          new Problem(
              log.directory().path() + "/" + FileNames.commit(open.epoch()),
              CommitMark.slotOf(mark.sequence()),
              "a mark in the segment that begins with " + open.firstOffset(),
              mark.toString(),
              null));
      return;
    }
    SegmentEntry committed =
        new SegmentEntry(
            open.firstOffset(),
            open.epoch(),
            mark.endPosition(),
            mark.nextOffset() - 1,
            mark.events(),
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            open.createdMs(),
            false,
            0);
    new SegmentVerifier(log, committed, true, FileNames.commit(open.epoch()), report).verify();
  }

  private Set<String> unnamedCandidates() throws IOException {
    Set<String> names = new TreeSet<>(log.directory().list());
    names.removeAll(FOLDERS);
    for (String name : log.directory().folder("manifest").list()) {
      names.add("manifest/" + name);
    }
    return names;
  }

  /**
   * Reports what was there all the time and is named neither at the beginning nor now, so that what
   * a writer makes and names meanwhile is not among it.
   */
  private void reportUnnamed(Set<String> before, Manifest first) throws IOException {
    Set<String> unnamed = new TreeSet<>(before);
    unnamed.removeAll(named(first));
    if (!unnamed.isEmpty()) {
      unnamed.removeAll(named(log.manifests().load()));
      unnamed.retainAll(unnamedCandidates());
    }
    unnamed.forEach(name -> report.unnamed(log.directory().path() + "/" + name));
  }

  private static Set<String> named(Manifest manifest) {
    Set<String> names = new HashSet<>();
    names.add("manifest/" + FileNames.manifest(manifest.number()));
    for (List<SegmentEntry> list : List.of(manifest.segments(), manifest.retired())) {
      for (SegmentEntry segment : list) {
        names.add(segment.fileName());
        names.add(segment.indexName());
      }
    }
    OpenSegment open = manifest.open();
    if (open != null) {
      names.add(open.fileName());
    }
    names.add(FileNames.commit(manifest.epoch()));
    return names;
  }
}
