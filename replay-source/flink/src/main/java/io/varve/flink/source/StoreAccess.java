package io.varve.flink.source;

import io.varve.Store;
import io.varve.base.VarveException;
import java.nio.file.Path;

/** Opens the store that a source reads, and says where that failed. */
public final class StoreAccess {

  private StoreAccess() {}

  /**
   * Opens the store for reading.
   *
   * @param path the setting
   * @param who who asks, such as {@code subtask 3 on host worker-7}
   */
  public static Store open(String path, String who) {
    try {
      return Store.openReadOnly(Path.of(path));
    } catch (VarveException e) {
      throw new IllegalStateException(
          "The store "
              + path
              + " can't be read by "
              + who
              + ". It must be there under this path, as a folder or a mounted file system, on the"
              + " job manager and on every task manager: "
              + e.getMessage(),
          e);
    }
  }
}
