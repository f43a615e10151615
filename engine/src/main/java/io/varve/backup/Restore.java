package io.varve.backup;

import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.format.FileCopy;
import io.varve.format.FileNames;
import io.varve.format.Point;
import io.varve.format.Point.LogCopy;
import io.varve.format.SchemaFile;
import io.varve.format.SegmentEntry;
import io.varve.format.StoreMarker;
import io.varve.io.BufferPool;
import io.varve.io.Directory;
import io.varve.io.WriteFile;
import io.varve.log.Indexes;
import io.varve.log.SegmentScan;
import io.varve.manifest.ManifestFolder;
import io.varve.manifest.StoreLayout;
import java.io.IOException;
import java.util.List;

/**
 * Brings a store back from a point, into a folder of its own. Each file is compared with its
 * checksum while it is copied, and each batch once it is there; then the log gets its manifest. The
 * store's marker comes last.
 *
 * <p>Thread: confined to one.
 */
final class Restore {

  private final StoreLayout copies;
  private final StoreLayout target;
  private final Meter meter;
  private final BufferPool buffers = new BufferPool();

  private Restore(StoreLayout copies, StoreLayout target, Meter meter) {
    this.copies = copies;
    this.target = target;
    this.meter = meter;
  }

  /**
   * Restores {@code point}.
   *
   * @param copies where the repository holds the files of the point's store
   * @param marker of the new store
   */
  static void run(
      Point point, StoreLayout copies, StoreLayout target, StoreMarker marker, Meter meter)
      throws IOException {
    checkEmpty(target.root());
    target.root().create();
    Restore restore = new Restore(copies, target, meter);
    for (LogCopy log : point.logs()) {
      restore.restore(log);
    }
    restore.restoreSchemas(point.schemas());
    String temporary = "new-" + StoreLayout.MARKER;
    target.root().writeAll(temporary, marker.encode());
    target.root().publish(temporary, StoreLayout.MARKER);
  }

  private static void checkEmpty(Directory folder) throws IOException {
    for (String name : folder.list()) {
      if (!name.equals("lost+found")) {
        throw new BadSettingException(
            "restore.target",
            folder.path(),
            "an empty folder, or none, but it holds '"
                + name
                + "'; a restore that was ended early can be deleted and begun again");
      }
    }
  }

  private void restore(LogCopy log) throws IOException {
    Directory to = target.log(log.name());
    to.create();
    StoredFiles stored = StoredFiles.in(copies.log(log.name()));
    List<SegmentEntry> segments = log.manifest().segments();
    for (int i = 0; i < segments.size(); i++) {
      SegmentEntry segment = segments.get(i);
      copy(stored, log.files().get(i), to);
      SegmentScan.Result found =
          SegmentScan.copy(to, segment, Indexes.INTERVAL_BYTES, buffers, bytes -> {});
      to.writeAll(
          segment.indexName(),
          found.index().encode(segment.firstOffset(), segment.epoch(), segment.rewrite()));
    }
    to.sync();
    ManifestFolder manifests = new ManifestFolder(to, "restore");
    manifests.create();
    if (!manifests.commit(log.manifest())) {
      throw new BadSettingException(
          "restore.target", to.path(), "a folder that nobody else writes to meanwhile");
    }
  }

  private void restoreSchemas(List<FileCopy> schemas) throws IOException {
    Directory to = target.schemas();
    to.create();
    StoredFiles stored = StoredFiles.in(copies.schemas());
    for (FileCopy schema : schemas) {
      copy(stored, schema, to);
      SchemaFile.decode(
          to.readAll(schema.name(), SchemaFile.BYTES_MAX),
          FileNames.schemaFingerprint(schema.name()).orElseThrow(),
          to.path() + "/" + schema.name());
    }
    to.sync();
  }

  /**
   * Copies a file.
   *
   * @throws CorruptionException if the repository's copy is damaged
   */
  private void copy(StoredFiles stored, FileCopy copy, Directory to) throws IOException {
    try (WriteFile file = to.create(copy.name())) {
      stored.read(copy, file::append, meter);
      file.force();
    }
  }
}
