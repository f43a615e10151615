package io.varve.state;

import io.varve.io.ReadFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntUnaryOperator;

/**
 * A snapshot to open a store from.
 *
 * @param meta what {@link StateSnapshot#writeMeta} wrote; read to its end
 * @param tables from the numbers of tables in the snapshot to those of the store; -1 for a table
 *     that is not wanted
 * @param files opens a file of the snapshot by its name; what it returns may be slow, since the
 *     store copies it to its folder in the background if it can't be linked to there
 */
public record RestoredSnapshot(InputStream meta, IntUnaryOperator tables, Files files) {

  /** Opens files by name. Thread: safe. */
  public interface Files {
    ReadFile open(String name) throws IOException;

    /**
     * Lets the file be in the store's folder too, under the same name, if that can be done without
     * copying it. It stays there when it is deleted elsewhere; nobody changes it.
     *
     * @param folder the path of the store's folder
     * @return whether it has been done; if not, there is no file of that name
     */
    default boolean link(String name, String folder) throws IOException {
      return false;
    }
  }
}
