package io.varve.manifest;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.io.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * A log's manifests: the newest is the log's state.
 *
 * <p>Thread: safe; holds no state but the folder.
 */
public final class ManifestFolder {

  private static final String FOLDER = "manifest";
  private static final String TEMPORARY = "new-";

  /** With the epoch and the number that the manifest was to have. */
  private static final Pattern TEMPORARY_NAME =
      Pattern.compile(TEMPORARY + "(\\d{1,18})-(\\d{1,18})-.*");

  private static final int LOAD_ATTEMPTS = 1000;

  private final Directory log;
  private final Directory folder;
  private final String nonce;

  /**
   * @param log the log's folder
   * @param nonce a text that no one else ever uses, for the names of files that are not committed
   *     yet
   */
  public ManifestFolder(Directory log, String nonce) {
    this.log = log;
    this.folder = log.folder(FOLDER);
    this.nonce = nonce;
  }

  /** Makes the folder. */
  public void create() throws IOException {
    folder.create();
  }

  /**
   * The newest manifest, or {@link Manifest#empty} if the log never had one.
   *
   * @throws CorruptionException if it is damaged, or gone: there are segments
   */
  public Manifest load() throws IOException {
    for (int attempt = 0; attempt < LOAD_ATTEMPTS; attempt++) {
      OptionalLong newest = numbers().max();
      if (newest.isEmpty()) {
        if (!hasSegments()) {
          return Manifest.empty();
        }
        if (numbers().findAny().isPresent()) {
          // The first owner came in between.
          continue;
        }
        throw new CorruptionException(
            folder.path(), 0, "a manifest, since the log has segments", "none");
      }
      String name = FileNames.manifest(newest.getAsLong());
      try {
        String path = folder.path() + "/" + name;
        Manifest manifest = Manifest.decode(folder.readAll(name, Manifest.BYTES_MAX), path);
        if (manifest.number() != newest.getAsLong()) {
          throw new CorruptionException(
              path, 16, "the manifest of its name", "number " + manifest.number());
        }
        return manifest;
      } catch (NoSuchFileException e) {
        // Superseded between listing and reading: look again.
      }
    }
    throw new StoreFailedException(
        "The manifests in " + folder + " change faster than they can be read", null);
  }

  /**
   * Makes durable what was loaded: who committed it may not have come to that yet, or have failed
   * or died before.
   */
  void sync() throws IOException {
    folder.sync();
  }

  private boolean hasSegments() throws IOException {
    return log.list().stream().anyMatch(FileNames::isSegment);
  }

  /**
   * Commits a manifest: afterwards it is the newest and durable, and older ones are gone.
   *
   * @return false if the caller has been superseded: its number is taken, or was taken and is past
   */
  public boolean commit(Manifest manifest) throws IOException {
    prepare(manifest);
    return commitPrepared(manifest);
  }

  /**
   * The first half of {@link #commit}: writes a manifest down under another name. If that fails,
   * nothing has changed.
   */
  public void prepare(Manifest manifest) throws IOException {
    String temporary = temporary(manifest);
    try {
      folder.writeAll(temporary, manifest.encode());
    } catch (IOException e) {
      folder.delete(temporary);
      throw e;
    }
  }

  private String temporary(Manifest manifest) {
    return TEMPORARY + manifest.epoch() + "-" + manifest.number() + "-" + nonce;
  }

  /**
   * The second half of {@link #commit}. If that fails, nobody knows whether it is committed.
   *
   * @return false if the caller has been superseded
   */
  public boolean commitPrepared(Manifest manifest) throws IOException {
    String temporary = temporary(manifest);
    try {
      if (!folder.publish(temporary, FileNames.manifest(manifest.number()))) {
        return false;
      }
    } catch (NoSuchFileException e) {
      // A newer owner sweeps up what its predecessors had under way.
      if (superseded(manifest)) {
        return false;
      }
      throw e;
    }
    // A name that others have taken and deleted can be taken again; then there is a newer manifest.
    if (superseded(manifest)) {
      return false;
    }
    for (long older : numbers().filter(number -> number < manifest.number()).toArray()) {
      folder.delete(FileNames.manifest(older));
    }
    return true;
  }

  /** Whether there is a newer manifest than the one that the caller committed or loaded. */
  public boolean superseded(Manifest manifest) throws IOException {
    return numbers().anyMatch(number -> number > manifest.number());
  }

  private LongStream numbers() throws IOException {
    return folder.list().stream()
        .map(FileNames::manifestNumber)
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong);
  }

  /**
   * Deletes manifests that others wrote and never got to commit: those of older epochs, and those
   * whose number has been given. Only the owner may call it.
   */
  void sweep(Manifest newest) throws IOException {
    for (String name : folder.list()) {
      Matcher temporary = TEMPORARY_NAME.matcher(name);
      // One with a lower number can't be committed any more: its writer is told, if it still lives.
      if (temporary.matches()
          && (Long.parseLong(temporary.group(1)) < newest.epoch()
              || Long.parseLong(temporary.group(2)) < newest.number())) {
        folder.delete(name);
      }
    }
  }
}
