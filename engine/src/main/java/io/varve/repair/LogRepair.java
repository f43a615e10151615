package io.varve.repair;

import io.varve.base.Clock;
import io.varve.base.OwnedException;
import io.varve.dedup.SavedIds;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.Owner;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.io.Directory;
import io.varve.log.Indexes;
import io.varve.log.SegmentSalvage;
import io.varve.log.SegmentSalvage.Batch;
import io.varve.log.SegmentScan;
import io.varve.log.SegmentWriter;
import io.varve.manifest.DamagedFolder;
import io.varve.manifest.LogFolder;
import io.varve.repair.RepairPlan.LogDamage;
import io.varve.repair.RepairPlan.SegmentDamage;
import io.varve.view.SavedTables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One log's repair:
 *
 * <ol>
 *   <li>commit a manifest with the next epoch, which changes nothing else: whoever takes the log
 *       over from now on makes the last step fail;
 *   <li>copy the damaged files and record what is lost;
 *   <li>write what can be read to new segments, and indexes anew;
 *   <li>commit a manifest that names these, and take away tables of keys that know the old ones.
 * </ol>
 *
 * <p>Thread: confined to one.
 */
final class LogRepair {

  private final LogFolder log;
  private final Directory directory;
  private final LogDamage damage;
  private final Owner repairer;
  private final Clock clock;

  LogRepair(LogFolder log, LogDamage damage, Owner repairer, Clock clock) {
    this.log = log;
    this.directory = log.directory();
    this.damage = damage;
    this.repairer = repairer;
    this.clock = clock;
  }

  void run() throws IOException {
    Manifest before = log.manifests().load();
    if (before.number() != damage.manifestNumber()) {
      throw Repair.changed(log.name());
    }
    if (!before.released() && log.instances().alive(before.owner().instance())) {
      throw new OwnedException(
          log.name() + " in " + directory, before.owner().toString(), repairer.toString());
    }
    Manifest mine =
        commit(
            before,
            before.epoch() + 1,
            before.nextOffset(),
            before.segments(),
            before.open(),
            before.retired());
    keepAside();
    List<SegmentEntry> segments = new ArrayList<>();
    for (SegmentEntry segment : mine.segments()) {
      addRepaired(segments, segment, mine.epoch());
    }
    long nextOffset = mine.nextOffset();
    OpenSegment open = mine.open();
    List<SegmentEntry> retired = new ArrayList<>(mine.retired());
    for (SegmentDamage segment : damage.segments()) {
      retired.add(segment.segment().asReplaced());
      if (segment.open()) {
        open = null;
        if (damage.commitFile() == null || segment.eventsKept() > 0) {
          nextOffset = Math.max(nextOffset, segment.segment().lastOffset() + 1);
        }
        addRewritten(segments, segment, mine.epoch());
      }
    }
    directory.sync();
    commit(mine, mine.epoch(), nextOffset, segments, open, retired);
    SavedTables.deleteAll(log);
    SavedIds.deleteAll(log);
  }

  private Manifest commit(
      Manifest last,
      long epoch,
      long nextOffset,
      List<SegmentEntry> segments,
      @Nullable OpenSegment open,
      List<SegmentEntry> retired)
      throws IOException {
    Manifest next =
        new Manifest(
            last.number() + 1,
            epoch,
            repairer,
            true,
            clock.wallMs(),
            last.startOffset(),
            nextOffset,
            segments,
            open,
            retired);
    if (!log.manifests().commit(next)) {
      throw Repair.changed(log.name());
    }
    return next;
  }

  private void keepAside() throws IOException {
    DamagedFolder aside = new DamagedFolder(directory);
    for (SegmentDamage segment : damage.segments()) {
      aside.keep(segment.segment().fileName());
      aside.record(segment.loss());
    }
    for (SegmentEntry segment : damage.indexes()) {
      aside.keep(segment.indexName());
    }
    if (damage.commitFile() != null) {
      aside.keep(damage.commitFile());
    }
  }

  private void addRepaired(List<SegmentEntry> to, SegmentEntry segment, long epoch)
      throws IOException {
    for (SegmentDamage damaged : damage.segments()) {
      if (damaged.segment().equals(segment)) {
        addRewritten(to, damaged, epoch);
        return;
      }
    }
    if (!damage.indexes().contains(segment)) {
      to.add(segment);
      return;
    }
    SegmentEntry indexed = segment.withIndex(epoch);
    directory.writeAll(
        indexed.indexName(),
        SegmentScan.index(directory, segment, Indexes.INTERVAL_BYTES, log.buffers())
            .encode(segment.firstOffset(), segment.epoch(), segment.rewrite()));
    to.add(indexed);
  }

  /** Writes what can be read of a segment to a new one; if nothing can, there is none. */
  private void addRewritten(List<SegmentEntry> to, SegmentDamage damaged, long epoch)
      throws IOException {
    if (damaged.eventsKept() == 0) {
      return;
    }
    SegmentEntry segment = damaged.segment();
    SegmentHeader header =
        new SegmentHeader(
            segment.firstOffset(),
            segment.createdMs(),
            epoch,
            log.name().generation(),
            log.name().partition(),
            0);
    try (SegmentSalvage salvage = SegmentSalvage.open(directory, segment, log.buffers());
        SegmentWriter writer = SegmentWriter.create(directory, header, Indexes.INTERVAL_BYTES)) {
      for (Batch batch : salvage.readable()) {
        salvage.copy(batch, epoch, bytes -> writer.append(batch, bytes));
      }
      SegmentEntry written = writer.seal();
      to.add(segment.dirty() ? written : written.compacted(segment.tombstonesUntilMs()));
    }
  }
}
