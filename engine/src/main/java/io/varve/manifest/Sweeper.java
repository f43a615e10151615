package io.varve.manifest;

import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import io.varve.io.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one that deletes files.
 *
 * <p>Thread: confined to the owner's background thread.
 */
public final class Sweeper {

  /** A segment, an index, a commit file; the one group is the epoch that made it. */
  private static final Pattern EPOCH =
      Pattern.compile(
          "(?:\\d{20}-(\\d+)(?:r\\d+)?\\.log|\\d{20}-\\d+(?:r\\d+)?-(\\d+)\\.idx|commit-(\\d+))");

  private final Directory log;
  private final ManifestFolder manifests;
  private final ReaderLeases leases;
  private final SnapshotFolder snapshots;

  public Sweeper(LogFolder log) {
    this.log = log.directory();
    this.manifests = log.manifests();
    this.leases = log.leases();
    this.snapshots = log.snapshots();
  }

  /**
   * Deletes the files of retired segments that neither a reader nor a snapshot needs.
   *
   * @param manifest the newest one, which the caller has committed
   * @return the retired segments whose files are still there
   */
  public List<SegmentEntry> deleteRetired(Manifest manifest) throws IOException {
    if (manifest.retired().isEmpty()) {
      return List.of();
    }
    // In this order: a snapshot is made under a lease, so who no longer has the one has the other.
    long needed = leases.lowestNeeded();
    Predicate<String> pinned = snapshots.needed();
    List<SegmentEntry> kept = new ArrayList<>();
    for (SegmentEntry segment : manifest.retired()) {
      if (segment.lastOffset() >= needed || pinned.test(segment.fileName())) {
        kept.add(segment);
      } else {
        log.delete(segment.fileName());
        log.delete(segment.indexName());
      }
    }
    return kept;
  }

  /**
   * Deletes files that earlier epochs left and that {@code manifest}, the newest, does not name.
   *
   * @return how many
   */
  public int deleteOrphans(Manifest manifest) throws IOException {
    Set<String> named = new HashSet<>();
    for (List<SegmentEntry> list : List.of(manifest.segments(), manifest.retired())) {
      for (SegmentEntry segment : list) {
        named.add(segment.fileName());
        named.add(segment.indexName());
      }
    }
    if (manifest.open() != null) {
      named.add(manifest.open().fileName());
      named.add(FileNames.commit(manifest.open().epoch()));
    }
    int deleted = 0;
    for (String name : log.list()) {
      if (!named.contains(name) && epochOf(name) < manifest.epoch()) {
        log.delete(name);
        deleted++;
      }
    }
    manifests.sweep(manifest);
    return deleted;
  }

  private static long epochOf(String name) {
    Matcher matcher = EPOCH.matcher(name);
    if (!matcher.matches()) {
      return Long.MAX_VALUE;
    }
    for (int group = 1; group <= matcher.groupCount(); group++) {
      String epoch = matcher.group(group);
      if (epoch != null && epoch.length() < 19) {
        return Long.parseLong(epoch);
      }
    }
    return Long.MAX_VALUE;
  }
}
