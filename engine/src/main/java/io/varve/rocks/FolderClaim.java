package io.varve.rocks;

import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/**
 * That a RocksDB's folder is open in this JVM. RocksDB's own lock keeps out other processes, and
 * whoever uses the same copy of its library; but class loaders, such as those of two plugins in one
 * worker, load a copy each, and these don't see one another's locks. So a claim lies in what all
 * classes of a JVM share: its system properties.
 *
 * <p>Thread: safe.
 */
public final class FolderClaim implements AutoCloseable {

  /** What RocksDB's messages have in them if a folder is open elsewhere, and so have ours. */
  public static final String LOCK = "LOCK";

  private static final String PREFIX = "io.varve.rocksdb.open:";

  private final String property;

  private FolderClaim(String property) {
    this.property = property;
  }

  /**
   * Claims a folder, which is there.
   *
   * @throws RocksDBException if it is claimed
   */
  public static FolderClaim of(String folder) throws RocksDBException {
    String property;
    try {
      property = PREFIX + Path.of(folder).toRealPath();
    } catch (IOException e) {
      throw new RocksDBException("Looking for " + folder + " failed: " + e);
    }
    if (System.getProperties().putIfAbsent(property, LOCK) != null) {
      throw new RocksDBException(LOCK + ": this process has it open");
    }
    return new FolderClaim(property);
  }

  @Override
  public void close() {
    System.clearProperty(property);
  }
}
