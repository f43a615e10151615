package io.varve.rocks;

import io.varve.base.StoreClosedException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.rocksdb.Cache;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * The native parts of one RocksDB, which are closed in the reverse order of their making: column
 * families before the database, that before its options and caches.
 *
 * <p>Thread: confined to one, but for {@link #check}.
 */
public final class RocksHandles implements AutoCloseable {

  private final String path;
  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private volatile boolean closed;

  /**
   * Loads the library.
   *
   * @param path the folder of the RocksDB, for messages
   */
  public RocksHandles(String path) {
    this.path = path;
    RocksDB.loadLibrary();
  }

  /** Keeps a part to be closed, and gives it back. */
  public <T extends AutoCloseable> T closing(T resource) {
    toClose.push(resource);
    return resource;
  }

  /** A cache of blocks. */
  public Cache cache(long bytes) {
    return closing(new LRUCache(bytes, 0));
  }

  /** A database that is made if it isn't there, and writes no statistics and hardly a log. */
  public DBOptions dbOptions() {
    return closing(
        new DBOptions()
            .setCreateIfMissing(true)
            .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
            .setKeepLogFileNum(1)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0)
            .setMaxOpenFiles(-1)
            .setAvoidFlushDuringShutdown(true));
  }

  /** What a failed call is told as. */
  public static IOException failed(String doing, RocksDBException cause) {
    return new IOException(doing + " failed: " + cause.getMessage(), cause);
  }

  /**
   * Whether a call failed since what is on disk is damaged, or a file of it missing. All other
   * failures may pass: no memory, no room, too many open files, a disk or permissions that fail.
   */
  public static boolean isDamage(RocksDBException failure) {
    Status status = failure.getStatus();
    if (status == null) {
      return false;
    }
    // Of a file that is not there (C++: kPathNotFound) Java's API tells the subcode as undefined.
    return status.getCode() == Status.Code.Corruption
        || (status.getCode() == Status.Code.IOError
            && status.getSubCode() == Status.SubCode.Undefined);
  }

  /** Throws if it is closed: a closed RocksDB that is asked ends the process. */
  public void check() {
    if (closed) {
      throw new StoreClosedException(path);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (AutoCloseable each; (each = toClose.poll()) != null; ) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException("Closing " + path + " failed", e);
      }
    }
  }
}
