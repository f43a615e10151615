package io.varve.commit;

import io.varve.base.Clock;
import io.varve.base.CorruptionException;
import io.varve.base.FencedException;
import io.varve.base.OwnedException;
import io.varve.base.StoreFailedException;
import io.varve.format.CommitMark;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.Owner;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.format.SegmentList;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.log.Indexes;
import io.varve.log.SegmentScan;
import io.varve.manifest.LogFolder;
import io.varve.manifest.Sweeper;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a writer comes to own a log:
 *
 * <ol>
 *   <li>read the newest manifest; if a living owner of another name holds the log, stop;
 *   <li>commit a manifest with the next epoch. From here on the owner before is fenced;
 *   <li>if it left a segment open, read its durable mark, check every byte up to there, and close
 *       the segment at that point: what lies behind was never acknowledged and is cut. The file
 *       itself is not touched, for a stuck writer may still hold it;
 *   <li>commit the result, and delete files that no manifest names.
 * </ol>
 *
 * Its cost depends on the open segment, never on the size of the log.
 *
 * @param manifest the log as it is now, with its next epoch
 */
public record Takeover(Manifest manifest, RecoveryReport report) {

  private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
  private static final int ATTEMPTS = 1000;

  /**
   * Takes the log over for {@code owner}.
   *
   * @throws OwnedException if a living owner of another name has it
   * @throws CorruptionException if what was durable is damaged
   */
  public static Takeover of(LogFolder log, Owner owner, Clock clock) throws IOException {
    long startNanos = clock.nanos();
    if (log.manifests().load().number() == 0) {
      // Where there is a manifest, its folder was durable before it.
      log.manifests().create();
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Manifest before = log.manifests().load();
      checkOwner(log, before, owner);
      Manifest taken =
          new Manifest(
              before.number() + 1,
              before.epoch() + 1,
              owner,
              false,
              clock.wallMs(),
              before.startOffset(),
              before.nextOffset(),
              before.segments(),
              before.open(),
              before.retired());
      if (log.manifests().commit(taken)) {
        return recoverOrRelease(log, before, taken, clock, startNanos);
      }
    }
    throw new StoreFailedException("Other writers keep taking " + log.name() + " over", null);
  }

  private static void checkOwner(LogFolder log, Manifest before, Owner asking) throws IOException {
    Owner holder = before.owner();
    if (!before.released()
        && !holder.name().equals(asking.name())
        && log.instances().alive(holder.instance())) {
      throw new OwnedException(
          log.name() + " in " + log.directory(), holder.toString(), asking.toString());
    }
  }

  private static Takeover recoverOrRelease(
      LogFolder log, Manifest before, Manifest taken, Clock clock, long startNanos)
      throws IOException {
    boolean done = false;
    try {
      Takeover takeover = recover(log, before, taken, clock, startNanos);
      done = true;
      return takeover;
    } catch (CorruptionException | NoSuchFileException e) {
      if (log.manifests().superseded(taken)) {
        // The newer owner closed the open segment, and deletes what nobody needs any more.
        throw fenced(log, taken);
      }
      throw e;
    } finally {
      if (!done) {
        releaseQuietly(log, taken.epoch());
      }
    }
  }

  /**
   * Says that nobody holds the log, unless a newer owner does, so that its next one need not have
   * this one's name.
   */
  private static void releaseQuietly(LogFolder log, long epoch) {
    try {
      Manifest newest = log.manifests().load();
      if (newest.epoch() != epoch) {
        return;
      }
      log.manifests()
          .commit(
              new Manifest(
                  newest.number() + 1,
                  newest.epoch(),
                  newest.owner(),
                  true,
                  newest.writtenMs(),
                  newest.startOffset(),
                  newest.nextOffset(),
                  newest.segments(),
                  newest.open(),
                  newest.retired()));
    } catch (IOException | RuntimeException e) {
      LOG.warn("Could not release {} after a failed opening: {}", log.name(), e.toString());
    }
  }

  private static Takeover recover(
      LogFolder log, Manifest before, Manifest taken, Clock clock, long startNanos)
      throws IOException {
    Manifest manifest = taken;
    long verifiedBytes = 0;
    long cutBytes = 0;
    OpenSegment open = taken.open();
    if (open != null) {
      Tail tail = tail(log, open, taken.epoch());
      verifiedBytes = tail.endPosition();
      cutBytes = tail.cutBytes();
      SegmentList segments = taken.segments();
      if (tail.entry() != null) {
        segments = segments.and(tail.entry());
      }
      manifest =
          new Manifest(
              taken.number() + 1,
              taken.epoch(),
              taken.owner(),
              false,
              clock.wallMs(),
              taken.startOffsetWith(segments),
              Math.max(taken.nextOffset(), tail.nextOffset()),
              segments,
              null,
              taken.retired());
      if (!log.manifests().commit(manifest)) {
        throw fenced(log, taken);
      }
    }
    new Sweeper(log).deleteOrphans(manifest);
    RecoveryReport report =
        new RecoveryReport(
            clock.nanos() - startNanos,
            before.released(),
            before.owner(),
            verifiedBytes,
            cutBytes,
            manifest.nextOffset());
    if (!report.clean()) {
      LOG.info(
          "Took {} over from {} in {} ms: {} bytes of its open segment are sound, {} that were never"
              + " acknowledged are cut; it goes on at offset {}",
          log.name(),
          before.owner(),
          TimeUnit.NANOSECONDS.toMillis(report.nanos()),
          verifiedBytes,
          cutBytes,
          manifest.nextOffset());
    }
    return new Takeover(manifest, report);
  }

  /** Where a dead writer's open segment ends. */
  private record Tail(
      @Nullable SegmentEntry entry, long endPosition, long nextOffset, long cutBytes) {}

  private static Tail tail(LogFolder log, OpenSegment open, long epoch) throws IOException {
    Directory directory = log.directory();
    CommitMark mark = durableMark(directory, open);
    long length = length(directory, open.fileName());
    if (mark.segmentFirstOffset() != open.firstOffset()) {
      return new Tail(null, 0, mark.nextOffset(), length);
    }
    String path = directory.path() + "/" + open.fileName();
    if (length < mark.endPosition()) {
      throw new CorruptionException(
          path,
          length,
          "a segment of at least " + mark.endPosition() + " bytes",
          length + " bytes");
    }
    SegmentScan.Result scan =
        SegmentScan.verify(
            directory, open, mark.endPosition(), epoch, Indexes.INTERVAL_BYTES, log.buffers());
    SegmentEntry entry = scan.entry();
    if (entry == null || entry.events() != mark.events()) {
      throw new CorruptionException(
          path,
          SegmentHeader.BYTES,
          "a segment of " + mark.events() + " events",
          (entry == null ? 0 : entry.events()) + " events");
    }
    directory.writeAll(
        entry.indexName(),
        scan.index().encode(entry.firstOffset(), entry.epoch(), entry.rewrite()));
    directory.sync();
    return new Tail(entry, mark.endPosition(), mark.nextOffset(), length - mark.endPosition());
  }

  private static CommitMark durableMark(Directory directory, OpenSegment open) throws IOException {
    String name = FileNames.commit(open.epoch());
    try {
      return CommitMark.decodeDurable(
          directory.readAll(name, CommitMark.FILE_BYTES), directory.path() + "/" + name);
    } catch (NoSuchFileException e) {
      throw missing(directory, name);
    }
  }

  private static long length(Directory directory, String name) throws IOException {
    try (ReadFile file = directory.open(name)) {
      return file.length();
    } catch (NoSuchFileException e) {
      throw missing(directory, name);
    }
  }

  private static CorruptionException missing(Directory directory, String name) {
    return new CorruptionException(
        directory.path() + "/" + name, 0, "the file that the manifest names", "no file");
  }

  /** What a writer that holds {@code mine} is told once a newer epoch exists. */
  static FencedException fenced(LogFolder log, Manifest mine) throws IOException {
    Manifest current = log.manifests().load();
    return new FencedException(
        log.name() + " in " + log.directory(),
        mine.epoch(),
        current.epoch(),
        current.owner().toString());
  }
}
