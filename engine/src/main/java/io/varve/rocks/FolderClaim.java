package io.varve.rocks;

import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * That a RocksDB's folder is open in this JVM. RocksDB's own lock keeps out other processes, and
 * whoever uses the same copy of its library; but class loaders, such as those of two plugins in one
 * worker, load a copy each, and these don't see one another's locks. So a claim lies in what all
 * classes of a JVM share: its system properties.
 *
 * <p>Thread: safe.
 */
public final class FolderClaim implements AutoCloseable {

  private static final String LOCK = "LOCK";
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
      throw new RocksDBException(
          LOCK + ": this process has it open",
          new Status(Status.Code.Busy, Status.SubCode.None, null));
    }
    return new FolderClaim(property);
  }

  /**
   * Whether the RocksDB in a folder could not be opened since it is open elsewhere: claimed, or
   * locked by RocksDB, which has no status of its own for that.
   */
  public static boolean isInUse(RocksDBException failure, String folder) {
    Status status = failure.getStatus();
    if (status == null) {
      return false;
    }
    String message = String.valueOf(failure.getMessage());
    return switch (status.getCode()) {
      case Busy -> true;
      case IOError ->
          message.startsWith("While lock file: " + folder + "/" + LOCK + ": ")
              || message.startsWith("lock hold by current process, ");
      default -> false;
    };
  }

  @Override
  public void close() {
    System.clearProperty(property);
  }
}
