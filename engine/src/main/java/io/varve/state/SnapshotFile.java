package io.varve.state;

import io.varve.io.ReadFile;
import java.io.IOException;

/**
 * A file that belongs to a snapshot: it never changes, and no other ever has its name.
 *
 * <p>Thread: safe; readable until the snapshot is closed.
 */
public final class SnapshotFile {

  private final StateFile file;
  private final Localiser localiser;

  SnapshotFile(StateFile file, Localiser localiser) {
    this.file = file;
    this.localiser = localiser;
  }

  StateFile file() {
    return file;
  }

  public String name() {
    return file.name();
  }

  /** Bytes of the whole file. */
  public long bytes() {
    return file.length();
  }

  /**
   * Returns when the store no longer reads it from the snapshot that it was opened from, so that
   * that may be deleted. Copies the file if that has failed before.
   *
   * @throws IOException if it can't be copied
   */
  public void awaitLocal() throws IOException {
    localiser.awaitLocal(file);
  }

  /** What it is read from; shared, so not to be closed. */
  public ReadFile source() throws IOException {
    return file.source();
  }
}
