package io.varve;

import io.varve.base.BadSettingException;
import io.varve.base.StoreFailedException;
import io.varve.event.StreamPartition;
import io.varve.format.Snapshot;
import io.varve.manifest.LogFolder;
import io.varve.manifest.LogState;
import io.varve.manifest.ReaderLeases.Lease;
import io.varve.manifest.SnapshotFolder;
import io.varve.manifest.StoreFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The named snapshots of a store's logs. One takes the same short time to make however large the
 * store is, and keeps the segments that the logs had then until it is dropped, whatever retention
 * says. It can be backed up, see {@link io.varve.backup.Repository#backup}.
 *
 * <p>Thread: safe, also beside writers in other processes.
 */
public final class Snapshots {

  private final StoreFiles source;

  Snapshots(StoreFiles source) {
    this.source = source;
  }

  /**
   * Makes a snapshot of every log, each at its own moment; durable on return.
   *
   * @param name 1 to 100 letters, digits, dots, underscores or hyphens
   * @throws BadSettingException if a log has a snapshot of that name
   */
  public void create(String name) {
    SnapshotFolder.checkName(name);
    if (names().contains(name)) {
      throw taken(name);
    }
    for (StreamPartition log : logs()) {
      try {
        create(log(log), name);
      } catch (IOException e) {
        throw new StoreFailedException("Making snapshot " + name + " of " + log + " failed", e);
      }
    }
  }

  private void create(LogFolder log, String name) throws IOException {
    if (log.manifests().load().number() == 0) {
      return;
    }
    try (Lease lease = log.leases().take(0, source.numbers().getAsLong())) {
      Snapshot snapshot = LogState.snapshot(log, source.clock().wallMs());
      if (!log.snapshots().keep(name, snapshot)) {
        throw taken(name);
      }
    }
  }

  private static BadSettingException taken(String name) {
    return new BadSettingException(
        "snapshot", name, "a name that no snapshot has; drop that first");
  }

  /** The names of all snapshots. */
  public SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    for (StreamPartition log : logs()) {
      try {
        names.addAll(log(log).snapshots().names());
      } catch (IOException e) {
        throw new StoreFailedException("Listing the snapshots of " + log + " failed", e);
      }
    }
    return names;
  }

  /**
   * What a log was when the snapshot of that name was made.
   *
   * @throws BadSettingException if the log has none of that name
   */
  public Snapshot get(StreamPartition log, String name) {
    SnapshotFolder.checkName(name);
    try {
      return log(log).snapshots().load(name);
    } catch (NoSuchFileException e) {
      throw missing(name);
    } catch (IOException e) {
      throw new StoreFailedException("Reading snapshot " + name + " of " + log + " failed", e);
    }
  }

  /**
   * What each log was that has a snapshot of that name; empty if none has.
   *
   * @throws io.varve.base.CorruptionException if one is damaged
   */
  public Map<StreamPartition, Snapshot> get(String name) {
    SnapshotFolder.checkName(name);
    Map<StreamPartition, Snapshot> snapshots = new LinkedHashMap<>();
    for (StreamPartition log : logs()) {
      try {
        snapshots.put(log, log(log).snapshots().load(name));
      } catch (NoSuchFileException e) {
        // It came later, or had no event then.
      } catch (IOException e) {
        throw new StoreFailedException("Reading snapshot " + name + " of " + log + " failed", e);
      }
    }
    return snapshots;
  }

  /**
   * Drops a snapshot, also one that a log's damage has made illegible. The files that only it
   * needed are deleted by the logs' owners.
   *
   * @throws BadSettingException if there is none of that name
   */
  public void drop(String name) {
    boolean any = false;
    for (StreamPartition log : logs()) {
      try {
        any |= log(log).snapshots().drop(name);
      } catch (IOException e) {
        throw new StoreFailedException("Dropping snapshot " + name + " of " + log + " failed", e);
      }
    }
    if (!any) {
      throw missing(name);
    }
  }

  private static BadSettingException missing(String name) {
    return new BadSettingException("snapshot", name, "the name of a snapshot");
  }

  private LogFolder log(StreamPartition log) {
    return source.log(log);
  }

  private List<StreamPartition> logs() {
    try {
      return source.layout().logs();
    } catch (IOException e) {
      throw new StoreFailedException(
          "Listing the logs of " + source.layout().root() + " failed", e);
    }
  }
}
