package io.varve.verify;

import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import io.varve.manifest.LogFolder;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files in a log's folder that nothing names. A writer makes a file before it names it, so only
 * what is unnamed at the beginning and at the end of a check counts.
 *
 * <p>Thread: confined to one.
 */
final class UnnamedFiles {

  /** Folders in a log's folder. */
  private static final Set<String> FOLDERS =
      Set.of("manifest", "readers", "snapshots", "views", "fields", "dedup", "damaged");

  private final LogFolder log;
  private final Set<String> before;

  private UnnamedFiles(LogFolder log, Set<String> before) {
    this.log = log;
    this.before = before;
  }

  /** Looks which files there are, at the beginning of a check. */
  static UnnamedFiles begin(LogFolder log) throws IOException {
    return new UnnamedFiles(log, files(log));
  }

  private static Set<String> files(LogFolder log) throws IOException {
    Set<String> names = new TreeSet<>(log.directory().list());
    names.removeAll(FOLDERS);
    for (String name : log.directory().folder("manifest").list()) {
      names.add("manifest/" + name);
    }
    return names;
  }

  /**
   * Their paths, at the end of a check.
   *
   * @param first the manifest at its beginning
   * @param others files that a snapshot names
   */
  Set<String> end(Manifest first, Set<String> others) throws IOException {
    Set<String> unnamed = new TreeSet<>(before);
    unnamed.removeAll(others);
    unnamed.removeAll(named(first));
    if (!unnamed.isEmpty()) {
      unnamed.removeAll(named(log.manifests().load()));
      unnamed.retainAll(files(log));
    }
    Set<String> paths = new TreeSet<>();
    unnamed.forEach(name -> paths.add(log.directory().path() + "/" + name));
    return paths;
  }

  /** The files that a manifest names, and its own. */
  static Set<String> named(Manifest manifest) {
    Set<String> names = new HashSet<>();
    names.add("manifest/" + FileNames.manifest(manifest.number()));
    for (List<SegmentEntry> list : List.of(manifest.segments(), manifest.retired())) {
      for (SegmentEntry segment : list) {
        names.add(segment.fileName());
        names.add(segment.indexName());
      }
    }
    Manifest.OpenSegment open = manifest.open();
    if (open != null) {
      names.add(open.fileName());
    }
    names.add(FileNames.commit(manifest.epoch()));
    return names;
  }
}
