package io.varve.backup;

import io.varve.base.CorruptionException;
import io.varve.event.StreamPartition;
import io.varve.format.FileCopy;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.Point;
import io.varve.format.Point.LogCopy;
import io.varve.format.SchemaFile;
import io.varve.format.SegmentEntry;
import io.varve.format.Snapshot;
import io.varve.io.Directory;
import io.varve.log.Indexes;
import io.varve.log.SegmentScan;
import io.varve.manifest.LogFolder;
import io.varve.manifest.LogState;
import io.varve.manifest.ReaderLeases.Lease;
import io.varve.manifest.StoreFiles;
import io.varve.manifest.StoreLayout;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One backup of a store:
 *
 * <ol>
 *   <li>take a lease on every log, from its start, and look at its state: that is the moment to
 *       which the log can be brought back. A writer goes on meanwhile;
 *   <li>copy the segments that the repository does not hold yet, and of the open one what is
 *       published, checking each batch as it passes;
 *   <li>copy the schemas, of which the logs' events need no others by now;
 *   <li>publish the point.
 * </ol>
 *
 * <p>Thread: confined to one.
 */
final class Backup implements Closeable {

  private final StoreFiles source;
  private final UUID storeId;
  private final StoreLayout target;
  private final long startNanos;
  private final List<Held> logs = new ArrayList<>();
  private int filesCopied;
  private long bytesCopied;

  /** A log whose files are kept for as long as the lease is. */
  private record Held(
      LogFolder log, Lease lease, @Nullable Snapshot snapshot, @Nullable SegmentEntry openPart) {

    static Held of(LogFolder log, Lease lease, Snapshot snapshot) {
      OpenSegment open = snapshot.manifest().open();
      return new Held(
          log,
          lease,
          snapshot,
          open == null || snapshot.mark().events() == 0
              ? null
              : SegmentEntry.of(open, snapshot.mark()));
    }

    List<SegmentEntry> segments() {
      List<SegmentEntry> segments = new ArrayList<>();
      if (snapshot != null) {
        segments.addAll(snapshot.manifest().segments());
      }
      if (openPart != null) {
        segments.add(openPart);
      }
      return segments;
    }
  }

  private Backup(StoreFiles source, UUID storeId, StoreLayout target) {
    this.source = source;
    this.storeId = storeId;
    this.target = target;
    this.startNanos = source.clock().nanos();
  }

  /**
   * Makes a point, which is not published yet.
   *
   * @param stores the repository's folder of copies
   * @param number the point's number
   * @param snapshot which of the logs' named snapshots to copy, or null for the logs as they are
   */
  static BackupReport run(
      StoreFiles source,
      Directory stores,
      long number,
      @Nullable String snapshot,
      Progress progress)
      throws IOException {
    UUID storeId = source.layout().marker().id();
    StoreLayout target = new StoreLayout(stores.folder(storeId.toString()));
    try (Backup backup = new Backup(source, storeId, target)) {
      backup.hold(snapshot);
      return backup.copy(number, progress);
    }
  }

  private void hold(@Nullable String snapshot) throws IOException {
    for (StreamPartition name : source.layout().logs()) {
      LogFolder log = source.log(name);
      if (log.manifests().load().number() == 0) {
        continue;
      }
      Lease lease = log.leases().take(0, source.numbers().getAsLong());
      logs.add(new Held(log, lease, null, null));
      Snapshot state =
          snapshot == null ? LogState.snapshot(log, source.clock().wallMs()) : named(log, snapshot);
      if (state != null) {
        logs.set(logs.size() - 1, Held.of(log, lease, state));
      }
    }
  }

  private static @Nullable Snapshot named(LogFolder log, String name) throws IOException {
    try {
      return log.snapshots().load(name);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private BackupReport copy(long number, Progress progress) throws IOException {
    long takenMs = source.clock().wallMs();
    long total =
        logs.stream()
            .flatMap(held -> held.segments().stream())
            .mapToLong(SegmentEntry::bytes)
            .sum();
    Meter meter = new Meter(progress, total, source.clock());
    List<LogCopy> copies = new ArrayList<>();
    for (Held held : logs) {
      if (held.snapshot() != null) {
        copies.add(copy(held, held.snapshot(), meter));
      }
    }
    Point point = new Point(number, storeId, takenMs, copies, copySchemas());
    return new BackupReport(
        point,
        filesCopied,
        bytesCopied,
        point.bytes() - bytesCopied,
        (source.clock().nanos() - startNanos) / 1_000_000);
  }

  private LogCopy copy(Held held, Snapshot snapshot, Meter meter) throws IOException {
    Directory from = held.log().directory();
    Directory to = target.log(held.log().name());
    StoredFiles.deleteUnfinished(to);
    StoredFiles stored = StoredFiles.in(to);
    Manifest manifest = snapshot.manifest();
    List<SegmentEntry> entries = new ArrayList<>();
    List<FileCopy> files = new ArrayList<>();
    for (SegmentEntry segment : held.segments()) {
      String path = from.path() + "/" + segment.fileName();
      try {
        FileCopy there = stored.find(from, segment.fileName(), segment.bytes());
        SegmentEntry[] entry = {segment};
        if (there == null) {
          there =
              stored.store(
                  segment.fileName(),
                  sink -> entry[0] = walk(from, segment, bytes -> copy(bytes, path, sink, meter)));
          filesCopied++;
          bytesCopied += there.bytes();
        } else {
          if (segment.equals(held.openPart())) {
            entry[0] = walk(from, segment, bytes -> {});
          }
          meter.add(path, segment.bytes());
        }
        files.add(there);
        entries.add(withIndex(entry[0], manifest));
      } catch (NoSuchFileException e) {
        throw new CorruptionException(path, 0, "the file that the manifest names", "no file");
      }
    }
    stored.sync();
    return new LogCopy(
        held.log().name(), manifest.closedWith(entries, snapshot.nextOffset()), files);
  }

  /** Checks a segment batch by batch; returns its entry, with what only walking it tells. */
  private SegmentEntry walk(Directory from, SegmentEntry segment, SegmentScan.Sink sink)
      throws IOException {
    SegmentEntry found =
        SegmentScan.copy(from, segment, Indexes.INTERVAL_BYTES, source.buffers(), sink).entry();
    return found == null || segment.sealed() ? segment : found;
  }

  private static void copy(ByteBuffer bytes, String path, StoredFiles.Sink sink, Meter meter)
      throws IOException {
    int count = bytes.remaining();
    sink.write(bytes);
    meter.add(path, count);
  }

  /** Where no index is, the restored log has one that was made with it. */
  private static SegmentEntry withIndex(SegmentEntry segment, Manifest manifest) {
    return segment.indexEpoch() == 0 ? segment.withIndex(manifest.epoch()) : segment;
  }

  private List<FileCopy> copySchemas() throws IOException {
    Directory from = source.layout().schemas();
    StoredFiles.deleteUnfinished(target.schemas());
    StoredFiles stored = StoredFiles.in(target.schemas());
    List<FileCopy> files = new ArrayList<>();
    for (String name : from.list()) {
      OptionalLong fingerprint = FileNames.schemaFingerprint(name);
      if (fingerprint.isEmpty()) {
        continue;
      }
      ByteBuffer bytes = from.readAll(name, SchemaFile.BYTES_MAX);
      SchemaFile.decode(bytes, fingerprint.getAsLong(), from.path() + "/" + name);
      FileCopy copy = stored.find(from, name, bytes.remaining());
      if (copy == null) {
        copy = stored.store(name, sink -> sink.write(bytes));
        filesCopied++;
        bytesCopied += copy.bytes();
      }
      files.add(copy);
    }
    stored.sync();
    return files;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Held held : logs) {
      try {
        held.lease().close();
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
