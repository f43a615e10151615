package io.varve.subscribe;

import io.varve.rocks.RocksHandles;
import java.io.IOException;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A subscription's state in a RocksDB: its log has what was written since its memtable was last
 * full. As much memory as there is state, which is little, and no more than two memtables and a
 * small cache.
 *
 * <p>Thread: as {@link SavedState} says.
 */
public final class RocksState implements SavedState {

  private static final int MEMTABLE_BYTES = 1 << 20;
  private static final int CACHE_BYTES = 256 << 10;

  /** A state that is being written can lose a file between its naming and its opening. */
  private static final int READ_ATTEMPTS = 10;

  private final String path;
  private final RocksHandles handles;
  private final RocksDB db;
  private final WriteOptions synced;
  private final WriteOptions unsynced;
  private volatile long memoryBytes;

  private RocksState(
      String path, RocksHandles handles, RocksDB db, WriteOptions synced, WriteOptions unsynced) {
    this.path = path;
    this.handles = handles;
    this.db = db;
    this.synced = synced;
    this.unsynced = unsynced;
  }

  /** Makes a RocksDB in an empty folder. */
  public static RocksState create(String path) throws IOException {
    RocksHandles handles = new RocksHandles(path);
    boolean done = false;
    try {
      Options options = options(handles).setErrorIfExists(true);
      RocksDB db = handles.closing(RocksDB.open(options, path));
      RocksState state =
          new RocksState(
              path,
              handles,
              db,
              handles.closing(new WriteOptions().setSync(true)),
              handles.closing(new WriteOptions()));
      state.measure();
      done = true;
      return state;
    } catch (RocksDBException e) {
      throw RocksHandles.failed("Making " + path, e);
    } finally {
      if (!done) {
        handles.close();
      }
    }
  }

  private static Options options(RocksHandles handles) {
    Cache cache = handles.cache(CACHE_BYTES);
    DBOptions dbOptions = handles.dbOptions();
    ColumnFamilyOptions familyOptions =
        handles.closing(
            new ColumnFamilyOptions()
                .setWriteBufferSize(MEMTABLE_BYTES)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache)));
    return handles.closing(new Options(dbOptions, familyOptions));
  }

  /**
   * Reads a state, which another one may be writing.
   *
   * @param copy takes the records over as they are
   * @return what it has by now, or had a moment ago
   */
  public static SubscriptionState read(String path, StateChange copy) throws IOException {
    for (int attempt = 1; ; attempt++) {
      StateChange records = new StateChange();
      try (RocksHandles handles = new RocksHandles(path)) {
        RocksDB db = handles.closing(RocksDB.openReadOnly(options(handles), path));
        SubscriptionState state = new SubscriptionState(path);
        try (RocksIterator at = db.newIterator()) {
          for (at.seekToFirst(); at.isValid(); at.next()) {
            state.add(at.key(), at.value());
            records.put(at.key(), at.value());
          }
          at.status();
        }
        records.writeTo(
            (key, value) -> {
              if (value != null) {
                copy.put(key, value);
              }
            });
        return state;
      } catch (RocksDBException e) {
        if (attempt == READ_ATTEMPTS) {
          throw RocksHandles.failed("Reading " + path, e);
        }
      }
    }
  }

  @Override
  public void write(StateChange change, boolean sync) throws IOException {
    handles.check();
    try (WriteBatch batch = new WriteBatch()) {
      change.writeTo(
          (key, value) -> {
            if (value == null) {
              batch.delete(key);
            } else {
              batch.put(key, value);
            }
          });
      db.write(sync ? synced : unsynced, batch);
      measure();
    } catch (RocksDBException e) {
      throw RocksHandles.failed("Writing " + path, e);
    }
  }

  private void measure() throws RocksDBException {
    memoryBytes =
        db.getLongProperty("rocksdb.cur-size-all-mem-tables")
            + db.getLongProperty("rocksdb.estimate-table-readers-mem")
            + db.getLongProperty("rocksdb.block-cache-usage");
  }

  @Override
  public long memoryBytes() {
    return memoryBytes;
  }

  @Override
  public void close() {
    handles.close();
  }
}
