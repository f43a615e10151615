package io.varve.benchmarks.dedup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.TtlDB;
import org.rocksdb.WriteOptions;

/**
 * RocksDB as one would take it: get, then put the time, without its log; ten bits of Bloom filter
 * an id, and its own expiry of what is too old (TtlDB). Direct buffers, two background threads.
 */
final class RocksIds implements IdSet {

  /** By the machine's clock, which is slower than the ids' here: nothing gets too old meanwhile. */
  private static final int TTL_SECONDS = 86_400;

  static {
    RocksDB.loadLibrary();
  }

  private final BloomFilter filter = new BloomFilter(10, false);
  private final Cache cache;
  private final Options options;
  private final WriteOptions write = new WriteOptions().setDisableWAL(true);
  private final ReadOptions read = new ReadOptions();
  private final TtlDB db;
  private final long ttlMs;
  private final ByteBuffer key = ByteBuffer.allocateDirect(16);
  private final ByteBuffer value =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  RocksIds(Path folder, long ttlMs, long cacheBytes) throws RocksDBException {
    this.ttlMs = ttlMs;
    cache = new LRUCache(cacheBytes);
    options =
        new Options()
            .setCreateIfMissing(true)
            .setIncreaseParallelism(2)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockSize(4 << 10)
                    .setBlockCache(cache)
                    .setFilterPolicy(filter));
    db = TtlDB.open(options, folder.toString(), TTL_SECONDS, false);
  }

  @Override
  public String name() {
    return "RocksDB";
  }

  @Override
  public boolean first(byte[] id, long offset, long timeMs) throws RocksDBException {
    if (db.get(read, key.clear().put(id).flip(), value.clear()) != RocksDB.NOT_FOUND
        && timeMs - value.getLong(0) < ttlMs) {
      return false;
    }
    db.put(write, key.clear().put(id).flip(), value.clear().putLong(timeMs).flip());
    return true;
  }

  @Override
  public void settle() throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush);
    }
  }

  @Override
  public long memoryBytes() throws RocksDBException {
    return cache.getUsage()
        + db.getLongProperty("rocksdb.size-all-mem-tables")
        + db.getLongProperty("rocksdb.estimate-table-readers-mem");
  }

  @Override
  public long diskBytes() throws RocksDBException {
    return db.getLongProperty("rocksdb.total-sst-files-size");
  }

  @Override
  public String remark() {
    return "";
  }

  @Override
  public void close() {
    db.close();
    write.close();
    read.close();
    options.close();
    cache.close();
    filter.close();
  }
}
