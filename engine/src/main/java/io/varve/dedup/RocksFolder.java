package io.varve.dedup;

import io.varve.base.CorruptionException;
import io.varve.io.Directory;
import io.varve.manifest.LogFolder;
import io.varve.rocks.FolderClaim;
import io.varve.rocks.RocksHandles;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log's folder {@code dedup/} and the RocksDB in it, which has a folder of its own there. Whoever
 * opens the log takes over the one that is there, or deletes it if it is damaged. If a writer that
 * was taken over still has it open, a new one is begun; the next opening keeps the one of them that
 * covers more of the log.
 *
 * <p>Thread: confined to one.
 */
public final class RocksFolder implements Buckets.Opening {

  private static final Logger LOG = LoggerFactory.getLogger(RocksFolder.class);

  /** What it means that what was saved is of no use. */
  public static final String FROM_THE_LOG =
      "They are read from the log: ids of events that retention has deleted are forgotten, however"
          + " young they are, and events with such an id would be stored again";

  private final Directory parent;
  private final String newName;
  private final long cacheBytes;

  /**
   * @param newName what no one else calls a folder
   * @param cacheBytes memory for blocks
   */
  public RocksFolder(LogFolder log, String newName, long cacheBytes) {
    this.parent = SavedIds.of(log);
    this.newName = newName;
    this.cacheBytes = cacheBytes;
  }

  @Override
  public Buckets open(boolean anew) throws IOException {
    RocksBuckets found = null;
    String foundName = null;
    boolean done = false;
    try {
      for (String name : parent.list()) {
        RocksBuckets opened = open(name, anew);
        if (opened == null) {
          continue;
        }
        // Of two, one was begun while a writer that was taken over had the other open.
        if (found == null || foundName == null) {
          found = opened;
          foundName = name;
        } else if (coveredTo(opened) > coveredTo(found)) {
          delete(found, foundName);
          found = opened;
          foundName = name;
        } else {
          delete(opened, name);
        }
      }
      Buckets opened = found == null ? make() : found;
      done = true;
      return opened;
    } finally {
      if (!done && found != null) {
        found.close();
      }
    }
  }

  /** The offset up to which buckets have the ids of events. */
  private static long coveredTo(RocksBuckets buckets) throws IOException {
    try {
      List<Buckets.Saved> saved = buckets.load();
      return saved.isEmpty() ? 0 : saved.get(saved.size() - 1).meta().toOffset();
    } catch (CorruptionException e) {
      return -1;
    }
  }

  private void delete(RocksBuckets buckets, String name) throws IOException {
    buckets.close();
    SavedIds.delete(parent, name);
  }

  private Buckets make() throws IOException {
    Directory folder = parent.folder(newName);
    folder.create();
    try {
      return RocksBuckets.open(folder.path(), cacheBytes);
    } catch (RocksDBException e) {
      throw RocksHandles.failed("Making " + folder.path(), e);
    }
  }

  /**
   * Opens what is there; null if it is in use, or is deleted because it is damaged or not wanted.
   *
   * @throws IOException if it can't be opened now, and nobody can tell what it is like
   */
  private @Nullable RocksBuckets open(String name, boolean anew) throws IOException {
    Directory folder = parent.folder(name);
    try {
      RocksBuckets buckets = RocksBuckets.open(folder.path(), cacheBytes);
      if (!anew) {
        deleteUnfinished(folder);
        return buckets;
      }
      buckets.close();
    } catch (RocksDBException e) {
      if (FolderClaim.isInUse(e, folder.path())) {
        LOG.warn(
            "The message ids in {} are still open, so they are read from the log: {}",
            folder.path(),
            e.getMessage());
        return null;
      }
      if (!RocksHandles.isDamage(e)) {
        throw RocksHandles.failed("Opening " + folder.path(), e);
      }
      LOG.warn(
          "The message ids in {} are damaged and thrown away. {}: {}",
          folder.path(),
          FROM_THE_LOG,
          e.getMessage());
    }
    SavedIds.delete(parent, name);
    return null;
  }

  private static void deleteUnfinished(Directory folder) throws IOException {
    for (String file : folder.list()) {
      if (file.startsWith(RocksBuckets.TEMPORARY)) {
        folder.delete(file);
      }
    }
  }
}
