package io.varve.backup;

import io.varve.event.StreamPartition;
import io.varve.format.FileCopy;
import io.varve.format.Point;
import io.varve.format.Point.LogCopy;
import io.varve.io.Directory;
import io.varve.manifest.StoreLayout;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Deletes the files of a repository that no point names. Thread: confined to one. */
final class Expiry {

  private final Set<String> named = new HashSet<>();
  private int files;
  private long bytes;

  private Expiry() {}

  /**
   * Deletes what none of {@code kept} names.
   *
   * @param stores the repository's folder of copies
   * @param pointsGone for the report
   */
  static ExpiryReport deleteUnnamed(Directory stores, List<Point> kept, int pointsGone)
      throws IOException {
    Expiry expiry = new Expiry();
    for (Point point : kept) {
      StoreLayout copies = new StoreLayout(stores.folder(point.storeId().toString()));
      expiry.name(copies.schemas(), point.schemas());
      for (LogCopy log : point.logs()) {
        expiry.name(copies.log(log.name()), log.files());
      }
    }
    for (String store : stores.list()) {
      StoreLayout copies = new StoreLayout(stores.folder(store));
      expiry.sweep(copies.schemas());
      for (StreamPartition log : copies.logs()) {
        expiry.sweep(copies.log(log));
      }
    }
    return new ExpiryReport(pointsGone, expiry.files, expiry.bytes);
  }

  private void name(Directory folder, List<FileCopy> copies) {
    copies.forEach(copy -> named.add(folder.path() + "/" + copy.storedName()));
  }

  private void sweep(Directory folder) throws IOException {
    StoredFiles.deleteUnfinished(folder);
    for (String name : folder.list()) {
      Optional<FileCopy> copy = FileCopy.ofStoredName(name);
      if (copy.isPresent() && !named.contains(folder.path() + "/" + name)) {
        folder.delete(name);
        files++;
        bytes += copy.get().bytes();
      }
    }
  }
}
