package io.varve.repair;

import io.varve.base.CorruptionException;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Loss;
import io.varve.format.Loss.Range;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.log.Indexes;
import io.varve.log.SegmentSalvage;
import io.varve.log.SegmentSalvage.Batch;
import io.varve.log.SegmentScan;
import io.varve.manifest.LogFolder;
import io.varve.repair.RepairPlan.LogDamage;
import io.varve.repair.RepairPlan.SegmentDamage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads all of a log and finds what is damaged. Changes nothing. Thread: confined to one. */
final class Examination {

  private final LogFolder log;
  private final Directory directory;
  private final List<SegmentDamage> segments = new ArrayList<>();
  private final List<SegmentEntry> indexes = new ArrayList<>();
  private @Nullable String commitFile;

  Examination(LogFolder log) {
    this.log = log;
    this.directory = log.directory();
  }

  /** The log's damage, or empty if it has none. */
  Optional<LogDamage> run() throws IOException {
    Manifest manifest;
    try {
      manifest = log.manifests().load();
    } catch (CorruptionException e) {
      return Optional.of(new LogDamage(log.name(), 0, List.of(), List.of(), null, e.getMessage()));
    }
    for (SegmentEntry segment : manifest.segments()) {
      examine(segment, false);
      if (segment.indexEpoch() != 0 && Indexes.stored(directory, segment).isEmpty()) {
        indexes.add(segment);
      }
    }
    OpenSegment open = manifest.open();
    if (open != null) {
      examine(open);
    }
    if (segments.isEmpty() && indexes.isEmpty() && commitFile == null) {
      return Optional.empty();
    }
    // A damaged segment is written anew, with its index.
    indexes.removeIf(
        segment -> segments.stream().anyMatch(damage -> damage.segment().equals(segment)));
    return Optional.of(
        new LogDamage(log.name(), manifest.number(), segments, indexes, commitFile, null));
  }

  private void examine(OpenSegment open) throws IOException {
    String name = FileNames.commit(open.epoch());
    try {
      CommitMark mark =
          CommitMark.decodeDurable(
              directory.readAll(name, CommitMark.FILE_BYTES), directory.path() + "/" + name);
      if (mark.segmentFirstOffset() == open.firstOffset() && mark.events() > 0) {
        examine(SegmentEntry.of(open, mark), true);
      }
    } catch (CorruptionException | NoSuchFileException e) {
      commitFile = name;
      String found = "the commit file " + name + " is damaged: " + e.getMessage();
      salvage(upToItsEnd(open), true, found);
    }
  }

  /** An open segment of which nothing is known but its file. */
  private SegmentEntry upToItsEnd(OpenSegment open) throws IOException {
    long length = 0;
    try (ReadFile file = directory.open(open.fileName())) {
      length = file.length();
    } catch (NoSuchFileException e) {
      // Nothing of it can be read.
    }
    return SegmentEntry.of(
        open,
        new CommitMark(
            0, open.firstOffset(), Math.max(SegmentHeader.BYTES, length), Long.MAX_VALUE, 0));
  }

  private void examine(SegmentEntry segment, boolean open) throws IOException {
    try {
      SegmentScan.copy(directory, segment, Indexes.INTERVAL_BYTES, log.buffers(), bytes -> {});
    } catch (CorruptionException e) {
      salvage(segment, open, String.valueOf(e.getMessage()));
    } catch (NoSuchFileException e) {
      salvage(segment, open, "the file is missing");
    }
  }

  private void salvage(SegmentEntry segment, boolean open, String found) throws IOException {
    List<Batch> batches = List.of();
    try (SegmentSalvage salvage = SegmentSalvage.open(directory, segment, log.buffers())) {
      batches = salvage.readable();
    } catch (NoSuchFileException e) {
      // Nothing of it can be read.
    }
    List<Range> lost = new ArrayList<>();
    long events = 0;
    long next = segment.firstOffset();
    long position = SegmentHeader.BYTES;
    for (Batch batch : batches) {
      if (batch.position() != position && batch.baseOffset() > next) {
        lost.add(new Range(next, batch.baseOffset()));
      }
      events += batch.events();
      next = batch.lastOffset() + 1;
      position = batch.position() + batch.bytes();
    }
    if (commitFile != null && open) {
      // Whether anything was behind can't be known.
      segments.add(
          new SegmentDamage(
              SegmentEntry.of(
                  new OpenSegment(segment.firstOffset(), segment.epoch(), segment.createdMs()),
                  new CommitMark(
                      0,
                      segment.firstOffset(),
                      segment.endPosition(),
                      Math.max(next, segment.firstOffset() + 1),
                      events)),
              true,
              found,
              events,
              new Loss(segment.fileName(), 0, lost)));
      return;
    }
    if (position != segment.endPosition() && segment.lastOffset() >= next) {
      lost.add(new Range(next, segment.lastOffset() + 1));
    }
    segments.add(
        new SegmentDamage(
            segment,
            open,
            found,
            events,
            new Loss(segment.fileName(), segment.events() - events, lost)));
  }
}
