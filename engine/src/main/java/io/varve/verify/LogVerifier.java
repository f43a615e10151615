package io.varve.verify;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Loss;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.format.Snapshot;
import io.varve.manifest.DamagedFolder;
import io.varve.manifest.LogFolder;
import io.varve.manifest.LogState;
import io.varve.manifest.ReaderLeases;
import io.varve.verify.Problem.Affected;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Checks one log: its manifest, its commit file, the segments that these and its snapshots name,
 * and what nothing names.
 *
 * <p>Thread: confined to one.
 */
final class LogVerifier {

  private static final int MARK_ATTEMPTS = 1000;

  private final LogFolder log;
  private final VerifyReport.Builder report;

  /** Names of segments that are checked already. */
  private final Set<String> checked = new HashSet<>();

  LogVerifier(LogFolder log, VerifyReport.Builder report) {
    this.log = log;
    this.report = report;
  }

  /** Bytes of segments that there are to check; 0 if the log's state can't be read. */
  static long bytes(LogFolder log) throws IOException {
    try (LogState state = new LogState(log)) {
      state.load();
      long bytes = state.mark().endPosition();
      for (SegmentEntry segment : state.manifest().segments()) {
        bytes += segment.bytes();
      }
      return bytes;
    } catch (CorruptionException | FormatTooNewException e) {
      return 0;
    }
  }

  /**
   * Checks the log.
   *
   * @param leaseNumber tells this lease apart from others of the same instance
   */
  void verify(long leaseNumber) throws IOException {
    report.log();
    // The lease comes before the manifest: see the invariants of the manifest room.
    try (ReaderLeases.Lease lease = log.leases().take(0, leaseNumber);
        LogState state = new LogState(log)) {
      UnnamedFiles unnamed = UnnamedFiles.begin(log);
      tellLosses();
      load(state);
      Manifest manifest = state.manifest();
      if (manifest.number() == 0) {
        return;
      }
      checkOffsets(manifest);
      verify(manifest, state.mark(), FileNames.manifest(manifest.number()));
      Set<String> kept = verifySnapshots();
      unnamed.end(manifest, kept).forEach(report::unnamed);
    }
  }

  /** What repairs have lost is no problem any more, but who trusts the log should know of it. */
  private void tellLosses() throws IOException {
    DamagedFolder damaged = new DamagedFolder(log.directory());
    for (String file : damaged.records()) {
      try {
        Loss loss = damaged.loss(file);
        report.note(log.name() + ": a repair of " + loss.segment() + " has lost " + loss.inWords());
      } catch (CorruptionException e) {
        report.problem(Problem.of(e, null));
      } catch (FormatTooNewException e) {
        report.problem(
            new Problem(
                log.directory().path() + "/damaged/" + file,
                0,
                "a format that this Varve reads",
                String.valueOf(e.getMessage()),
                null));
      }
    }
  }

  /** Loads the log's state as far as that goes; reports what stops it. */
  private void load(LogState state) throws IOException {
    try {
      state.load();
    } catch (CorruptionException e) {
      Manifest manifest = state.manifest();
      OpenSegment open = manifest.open();
      // Without a manifest, nothing of the log can be read; without a mark, nothing that is open.
      long from = open == null ? 0 : open.firstOffset();
      report.problem(Problem.of(e, new Affected(log.name(), from, Long.MAX_VALUE)));
      return;
    } catch (FormatTooNewException e) {
      report.problem(
          new Problem(
              log.directory().path() + "/manifest",
              0,
              "a format that this Varve reads",
              String.valueOf(e.getMessage()),
              new Affected(log.name(), 0, Long.MAX_VALUE)));
      return;
    }
    checkDurableMark(state);
  }

  /** Readers go by the published mark; the next writer goes by the durable one. */
  private void checkDurableMark(LogState state) throws IOException {
    OpenSegment open = state.manifest().open();
    if (open == null) {
      return;
    }
    String name = FileNames.commit(open.epoch());
    String path = log.directory().path() + "/" + name;
    CorruptionException last = null;
    for (int attempt = 0; attempt < MARK_ATTEMPTS; attempt++) {
      try {
        CommitMark.decodeDurable(log.directory().readAll(name, CommitMark.FILE_BYTES), path);
        return;
      } catch (CorruptionException e) {
        // It can be met half overwritten for a moment.
        last = e;
        Thread.onSpinWait();
      } catch (NoSuchFileException e) {
        // Taken over meanwhile: what was open is sealed, and had a sound mark.
        return;
      }
    }
    if (last != null && !state.superseded()) {
      report.problem(
          Problem.of(last, new Affected(log.name(), open.firstOffset(), Long.MAX_VALUE)));
    }
  }

  private void checkOffsets(Manifest manifest) {
    List<SegmentEntry> segments = manifest.segments();
    long last = segments.isEmpty() ? -1 : segments.get(segments.size() - 1).lastOffset();
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

  /** Checks the segments that a manifest and a mark name, unless they are checked already. */
  private void verify(Manifest manifest, CommitMark mark, String saidBy) throws IOException {
    for (SegmentEntry segment : manifest.segments()) {
      if (checked.add(segment.fileName())) {
        new SegmentVerifier(log, segment, false, saidBy, report).verify();
      }
    }
    OpenSegment open = manifest.open();
    if (open != null && mark.segmentFirstOffset() >= 0 && checked.add(open.fileName())) {
      verifyOpen(open, mark);
    }
  }

  private void verifyOpen(OpenSegment open, CommitMark mark) throws IOException {
    String saidBy = FileNames.commit(open.epoch());
    if (mark.endPosition() < SegmentHeader.BYTES || mark.nextOffset() < open.firstOffset()) {
      report.problem(
          new Problem(
              log.directory().path() + "/" + saidBy,
              CommitMark.PUBLISHED_AT,
              "a mark in the segment that begins with " + open.firstOffset(),
              mark.toString(),
              null));
      return;
    }
    SegmentEntry committed = SegmentEntry.of(open, mark);
    new SegmentVerifier(log, committed, true, saidBy, report).verify();
  }

  /** Checks what only snapshots still name; returns the names of all their files. */
  private Set<String> verifySnapshots() throws IOException {
    Set<String> named = new HashSet<>();
    for (String name : log.snapshots().names()) {
      try {
        Snapshot snapshot = log.snapshots().load(name);
        named.addAll(UnnamedFiles.named(snapshot.manifest()));
        verify(snapshot.manifest(), snapshot.mark(), "snapshot " + name);
      } catch (NoSuchFileException e) {
        // Dropped meanwhile.
      } catch (CorruptionException e) {
        report.problem(Problem.of(e, null));
      } catch (FormatTooNewException e) {
        report.problem(
            new Problem(
                log.directory().path() + "/snapshots",
                0,
                "a format that this Varve reads",
                String.valueOf(e.getMessage()),
                null));
      }
    }
    return named;
  }
}
