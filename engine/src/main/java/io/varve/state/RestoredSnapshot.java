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
 *     store copies it to its folder in the background
 */
public record RestoredSnapshot(InputStream meta, IntUnaryOperator tables, Files files) {

  /** Opens files by name. */
  public interface Files {
    ReadFile open(String name) throws IOException;
  }
}
