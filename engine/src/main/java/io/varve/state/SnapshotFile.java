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

  SnapshotFile(StateFile file) {
    this.file = file;
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

  /** What it is read from; shared, so not to be closed. */
  public ReadFile source() throws IOException {
    return file.source();
  }
}
