package io.varve.dedup;

import io.varve.io.Directory;
import io.varve.manifest.LogFolder;
import java.io.IOException;

/**
 * A log's folder {@code dedup/}, in which what is saved of its ids has folders of its own. Taking
 * them away needs no RocksDB, which a program that keeps no ids need not have.
 */
public final class SavedIds {

  private static final String FOLDER = "dedup";

  private SavedIds() {}

  static Directory of(LogFolder log) {
    return log.directory().folder(FOLDER);
  }

  /** Takes away all that is saved of a log's ids, so that they are read from the log. */
  public static void deleteAll(LogFolder log) throws IOException {
    Directory parent = of(log);
    for (String name : parent.list()) {
      delete(parent, name);
    }
  }

  static void delete(Directory parent, String name) throws IOException {
    Directory folder = parent.folder(name);
    for (String file : folder.list()) {
      folder.delete(file);
    }
    parent.delete(name);
  }
}
