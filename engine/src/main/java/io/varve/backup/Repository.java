package io.varve.backup;

import io.varve.base.BadSettingException;
import io.varve.base.Clock;
import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.format.FileCopy;
import io.varve.format.Point;
import io.varve.format.Point.LogCopy;
import io.varve.format.RepositoryMarker;
import io.varve.format.StoreMarker;
import io.varve.io.Directory;
import io.varve.io.Lock;
import io.varve.io.PosixDirectory;
import io.varve.manifest.StoreFiles;
import io.varve.manifest.StoreLayout;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A folder with the backups of one or more stores. A backup copies what the repository does not
 * hold yet and publishes a {@link Point}; a point can be restored as long as it is kept, whatever
 * became of others.
 *
 * <pre>{@code
 * Repository repository = Repository.create(Path.of("/backup/events"));
 * BackupReport report = repository.backup(store.backupSource(), Progress.NONE);
 * repository.expire(Keep.newest(7));
 * repository.restore(report.point(), Path.of("/data/restored"), Progress.NONE);
 * }</pre>
 *
 * <p>All methods throw {@link StoreFailedException} if the disk fails; its {@code diskFull} says
 * whether room would help. The repository is sound then, and the next backup goes on with what is
 * there.
 *
 * <p>Thread: safe; of backups and expiries one at a time, also of several processes.
 */
public final class Repository {

  private static final String MARKER = "REPOSITORY";
  private static final String LOCK = "lock";

  private final Directory root;
  private final PointFolder points;
  private final Directory stores;
  private final Clock clock;

  private Repository(Directory root, Clock clock) {
    this.root = root;
    this.points = new PointFolder(root.folder("points"));
    this.stores = root.folder("stores");
    this.clock = clock;
  }

  /**
   * Makes a repository in an empty folder, or one that is not there; opens it if there is one.
   *
   * @throws BadSettingException if something else is in the folder
   */
  public static Repository create(Path path) {
    return create(new PosixDirectory(path), Clock.SYSTEM);
  }

  /** As {@link #create(Path)}, on other files. */
  public static Repository create(Directory root, Clock clock) {
    return doing(
        "Making a backup repository in " + root,
        () -> {
          root.create();
          if (!root.contains(MARKER)) {
            for (String name : root.list()) {
              if (!isOwn(name)) {
                throw notOne(root, "it holds other things, such as '" + name + "'");
              }
            }
            String temporary = "new-" + MARKER + "-" + UUID.randomUUID();
            root.writeAll(temporary, new RepositoryMarker(clock.wallMs()).encode());
            root.publish(temporary, MARKER);
          }
          return open(root, clock);
        });
  }

  /** Whether that may be left of one whose maker, or who used it first, lost its power. */
  private static boolean isOwn(String name) {
    return name.equals("lost+found") || name.equals(LOCK) || name.startsWith("new-" + MARKER);
  }

  /**
   * Opens a repository. Changes nothing.
   *
   * @throws BadSettingException if there is none in that folder
   */
  public static Repository open(Path path) {
    return open(new PosixDirectory(path), Clock.SYSTEM);
  }

  /** As {@link #open(Path)}, on other files. */
  public static Repository open(Directory root, Clock clock) {
    return doing(
        "Opening the backup repository in " + root,
        () -> {
          try {
            RepositoryMarker.decode(root.readAll(MARKER, 4096), root.path() + "/" + MARKER);
          } catch (NoSuchFileException e) {
            throw notOne(root, "there is no file " + MARKER + " in it");
          }
          return new Repository(root, clock);
        });
  }

  private static BadSettingException notOne(Directory root, String why) {
    return new BadSettingException(
        "backup.repository", root.path(), "a folder with a backup repository, but " + why);
  }

  /**
   * Backs a store up as it is now, while others read and write it.
   *
   * @throws CorruptionException if a file of the store is damaged; no point is made then
   * @throws java.util.concurrent.CancellationException if {@code progress} ended it; the next
   *     backup goes on with what was copied
   */
  public BackupReport backup(StoreFiles source, Progress progress) {
    return backup(source, null, progress);
  }

  /**
   * Backs a store up as it was when a named snapshot was made; logs that have no snapshot of that
   * name are left out.
   *
   * @param snapshot the snapshot's name, or null for the store as it is now
   */
  public BackupReport backup(StoreFiles source, @Nullable String snapshot, Progress progress) {
    Directory from = source.layout().root();
    return locked(
        "Backing " + from + " up to " + root,
        () -> {
          if ((root.realPath() + "/").startsWith(from.realPath() + "/")) {
            throw new BadSettingException(
                "backup.repository", root.path(), "a folder outside of the store in " + from);
          }
          long number = points.newestNumber() + 1;
          BackupReport report = Backup.run(source, stores, number, snapshot, progress);
          points.publish(report.point());
          return report;
        });
  }

  /**
   * All points, by rising numbers.
   *
   * @throws CorruptionException if one is damaged; {@link #drop} it
   */
  public List<Point> points() {
    return doing("Listing the points in " + root, points::all);
  }

  /**
   * A point by its number.
   *
   * @throws BadSettingException if there is none
   */
  public Point point(long number) {
    return doing("Reading point " + number + " in " + root, () -> points.load(number));
  }

  /**
   * The newest point.
   *
   * @throws BadSettingException if there is none
   */
  public Point newest() {
    return doing("Reading the newest point in " + root, () -> points.load(points.newestNumber()));
  }

  /**
   * Reads every file of a point and compares it with its checksum.
   *
   * @return what is damaged or missing; empty if the point can be restored. Delete a damaged file:
   *     the next backup copies it again, for all points that name it, if the store still has it
   */
  public List<CorruptionException> verify(Point point, Progress progress) {
    Meter meter = new Meter(progress, point.bytes(), clock);
    StoreLayout copies = copies(point);
    List<CorruptionException> damages = new ArrayList<>();
    doing(
        "Verifying point " + point.number() + " in " + root,
        () -> {
          verify(copies.schemas(), point.schemas(), meter, damages);
          for (LogCopy log : point.logs()) {
            verify(copies.log(log.name()), log.files(), meter, damages);
          }
          return damages;
        });
    return damages;
  }

  private static void verify(
      Directory folder, List<FileCopy> files, Meter meter, List<CorruptionException> damages)
      throws IOException {
    StoredFiles stored = StoredFiles.in(folder);
    for (FileCopy file : files) {
      try {
        stored.read(file, bytes -> {}, meter);
      } catch (CorruptionException e) {
        damages.add(e);
      }
    }
  }

  /**
   * Restores a point into an empty folder, or one that is not there. What is there afterwards is a
   * store with an id of its own, in which each log goes on at the offset and epoch that it had; if
   * this fails, it is no store and can be deleted.
   *
   * @throws BadSettingException if {@code target} is not empty
   * @throws CorruptionException if a file of the point is damaged
   */
  public void restore(Point point, Path target, Progress progress) {
    restore(point, new PosixDirectory(target), UUID.randomUUID(), progress);
  }

  /** As {@link #restore(Point, Path, Progress)}, to other files; the new store's id is given. */
  public void restore(Point point, Directory target, UUID storeId, Progress progress) {
    doing(
        "Restoring point " + point.number() + " of " + root + " to " + target,
        () -> {
          Restore.run(
              point,
              copies(point),
              new StoreLayout(target),
              new StoreMarker(storeId, clock.wallMs()),
              new Meter(progress, point.bytes(), clock));
          return point;
        });
  }

  /**
   * Deletes the points that need not stay, then the files that no point names.
   *
   * @throws CorruptionException if a point is damaged, so that it can't be known what it names;
   *     nothing is deleted then. {@link #drop} it
   */
  public ExpiryReport expire(Keep keep) {
    return locked(
        "Expiring points in " + root,
        () -> {
          List<Point> kept = new ArrayList<>(points.all());
          List<Point> expired = keep.expired(kept, clock.wallMs());
          for (Point point : expired) {
            points.delete(point.number());
          }
          points.sync();
          kept.removeAll(expired);
          return Expiry.deleteUnnamed(stores, kept, expired.size());
        });
  }

  /**
   * Deletes one point, even a damaged one. Files that only it named go with the next {@link
   * #expire}.
   *
   * @throws BadSettingException if there is none
   */
  public void drop(long number) {
    locked(
        "Dropping point " + number + " of " + root,
        () -> {
          points.drop(number);
          return number;
        });
  }

  /** The repository's folder. */
  public String path() {
    return root.path();
  }

  private StoreLayout copies(Point point) {
    return new StoreLayout(stores.folder(point.storeId().toString()));
  }

  private interface Step<T> {
    T run() throws IOException;
  }

  private <T> T locked(String what, Step<T> step) {
    return doing(
        what,
        () -> {
          try (Lock lock = lock()) {
            if (lock == null) {
              throw new StoreFailedException(
                  what + " must wait: another backup or expiry works on the repository", null);
            }
            return step.run();
          }
        });
  }

  private @Nullable Lock lock() throws IOException {
    try {
      return root.lock(LOCK);
    } catch (IllegalStateException e) {
      return null; // this very process holds it
    }
  }

  private static <T> T doing(String what, Step<T> step) {
    try {
      return step.run();
    } catch (IOException e) {
      throw new StoreFailedException(what + " failed", e);
    }
  }
}
