package io.varve.manifest;

import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.format.Owner;
import io.varve.format.Snapshot;
import io.varve.io.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log's named snapshots. Each keeps the segments that it names until it is dropped, whoever made
 * it and whether or not that one still lives.
 *
 * <p>Thread: safe; holds no state but the folder.
 */
public final class SnapshotFolder {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotFolder.class);
  private static final String FOLDER = "snapshots";
  private static final String SUFFIX = ".snapshot";
  private static final String TEMPORARY = "new-";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private final Directory folder;
  private final Instances instances;
  private final long number;

  /**
   * @param log the log's folder
   * @param number tells this one apart from others made through the same instance
   */
  SnapshotFolder(Directory log, Instances instances, long number) {
    this.folder = log.folder(FOLDER);
    this.instances = instances;
    this.number = number;
  }

  /** Throws {@link BadSettingException} unless {@code name} may name a snapshot. */
  public static void checkName(String name) {
    if (!NAME.matcher(name).matches() || name.startsWith(TEMPORARY)) {
      throw new BadSettingException(
          "snapshot",
          "'" + name + "'",
          "1 to 100 letters, digits, dots, underscores or hyphens, beginning with a letter or a"
              + " digit and not with '"
              + TEMPORARY
              + "'");
    }
  }

  /**
   * Keeps a snapshot under a name, durably. The caller holds a lease from before the snapshot's
   * manifest was read until this has returned.
   *
   * @return false if the name is taken
   */
  public boolean keep(String name, Snapshot snapshot) throws IOException {
    checkName(name);
    instances.register();
    folder.create();
    Owner.Instance self = instances.self();
    String temporary = TEMPORARY + self.process() + "_" + self.nonce() + "_" + number;
    try {
      folder.writeAll(temporary, snapshot.encode());
    } catch (IOException e) {
      folder.delete(temporary);
      throw e;
    }
    return folder.publish(temporary, name + SUFFIX);
  }

  /** The names of the snapshots that are kept. */
  public SortedSet<String> names() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    for (String file : folder.list()) {
      if (file.endsWith(SUFFIX)) {
        names.add(file.substring(0, file.length() - SUFFIX.length()));
      }
    }
    return names;
  }

  /**
   * A snapshot by its name.
   *
   * @throws NoSuchFileException if there is none
   */
  public Snapshot load(String name) throws IOException {
    String file = name + SUFFIX;
    return Snapshot.decode(folder.readAll(file, Snapshot.BYTES_MAX), folder.path() + "/" + file);
  }

  /**
   * Drops a snapshot; the owner deletes what only it needed with its next maintenance.
   *
   * @return false if there is none
   */
  public boolean drop(String name) throws IOException {
    checkName(name);
    if (!folder.contains(name + SUFFIX)) {
      return false;
    }
    folder.delete(name + SUFFIX);
    folder.sync();
    return true;
  }

  /**
   * Tells of a segment's name whether a snapshot needs it. One that can't be read is taken to need
   * everything. Takes away what died before it was a snapshot.
   */
  Predicate<String> needed() throws IOException {
    Set<String> segments = new HashSet<>();
    for (String file : folder.list()) {
      if (file.startsWith(TEMPORARY)) {
        sweep(file);
      } else if (file.endsWith(SUFFIX)) {
        try {
          String name = file.substring(0, file.length() - SUFFIX.length());
          segments.addAll(load(name).segmentNames());
        } catch (NoSuchFileException e) {
          // Dropped in between.
        } catch (CorruptionException e) {
          LOG.warn(
              "A snapshot is damaged, so no segment is deleted until it is dropped: {}",
              e.getMessage());
          return segment -> true;
        }
      }
    }
    return segments::contains;
  }

  private void sweep(String temporary) throws IOException {
    String[] parts = temporary.substring(TEMPORARY.length()).split("_", -1);
    if (parts.length == 3 && !instances.alive(new Owner.Instance(parts[0], parts[1]))) {
      folder.delete(temporary);
    }
  }
}
