package io.varve.manifest;

import io.varve.base.StoreFailedException;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.io.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.OptionalLong;

/**
 * A log's manifests: the newest is the log's state.
 *
 * <p>Thread: safe; holds no state but the folder.
 */
public final class ManifestFolder {

  private static final String FOLDER = "manifest";
  private static final String TEMPORARY = "new-";
  private static final int LOAD_ATTEMPTS = 1000;

  private final Directory folder;
  private final String nonce;

  /**
   * @param log the log's folder
   * @param nonce a text that no one else ever uses, for the names of files that are not committed
   *     yet
   */
  public ManifestFolder(Directory log, String nonce) {
    this.folder = log.folder(FOLDER);
    this.nonce = nonce;
  }

  /** Makes the folder. */
  public void create() throws IOException {
    folder.create();
  }

  /** The newest manifest, or {@link Manifest#empty} if there is none. */
  public Manifest load() throws IOException {
    for (int attempt = 0; attempt < LOAD_ATTEMPTS; attempt++) {
      OptionalLong newest = newestNumber();
      if (newest.isEmpty()) {
        return Manifest.empty();
      }
      String name = FileNames.manifest(newest.getAsLong());
      try {
        return Manifest.decode(
            folder.readAll(name, Manifest.BYTES_MAX), folder.path() + "/" + name);
      } catch (NoSuchFileException e) {
        // Superseded between listing and reading: look again.
      }
    }
    throw new StoreFailedException(
        "The manifests in " + folder + " change faster than they can be read", null);
  }

  private OptionalLong newestNumber() throws IOException {
    return folder.list().stream()
        .map(FileNames::manifestNumber)
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .max();
  }

  /**
   * Commits a manifest: afterwards it is the newest and durable, and older ones are gone.
   *
   * @return false if its number is taken, by a writer that has superseded the caller
   */
  public boolean commit(Manifest manifest) throws IOException {
    String temporary = TEMPORARY + manifest.epoch() + "-" + manifest.number() + "-" + nonce;
    try {
      folder.writeAll(temporary, manifest.encode());
    } catch (IOException e) {
      folder.delete(temporary);
      throw e;
    }
    if (!folder.publish(temporary, FileNames.manifest(manifest.number()))) {
      return false;
    }
    folder.delete(FileNames.manifest(manifest.number() - 1));
    return true;
  }

  /** Whether {@code manifest}, which the caller committed, has been superseded by another. */
  public boolean superseded(Manifest manifest) {
    return folder.contains(FileNames.manifest(manifest.number() + 1))
        || !folder.contains(FileNames.manifest(manifest.number()));
  }

  /**
   * Deletes what a crash left behind: manifests below {@code newest}, lowest first, and files of
   * writers that never got to commit them. Only the owner may call it.
   */
  void sweep(Manifest newest) throws IOException {
    folder.list().stream()
        .map(FileNames::manifestNumber)
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .filter(number -> number < newest.number())
        .sorted()
        .forEach(number -> deleteQuietly(FileNames.manifest(number)));
    for (String name : folder.list()) {
      if (name.startsWith(TEMPORARY) && epochOf(name) < newest.epoch()) {
        folder.delete(name);
      }
    }
  }

  private void deleteQuietly(String name) {
    try {
      folder.delete(name);
    } catch (IOException e) {
      throw new StoreFailedException("Deleting " + folder + "/" + name + " failed", e);
    }
  }

  private static long epochOf(String temporary) {
    int end = temporary.indexOf('-', TEMPORARY.length());
    try {
      return end < 0
          ? Long.MAX_VALUE
          : Long.parseLong(temporary.substring(TEMPORARY.length(), end));
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
