package io.varve.benchmarks.lookup;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * RocksDB through its Java API: blocks of 4 KiB, a Bloom filter of ten bits a key, everything
 * compacted before it is looked up.
 */
final class RocksKeys implements KeyStore {

  static {
    RocksDB.loadLibrary();
  }

  private final Cache cache;
  private final BloomFilter filter = new BloomFilter(10, false);
  private final Options options;
  private final RocksDB db;

  RocksKeys(Path folder, long cacheBytes, CompressionType compression) throws RocksDBException {
    cache = new LRUCache(cacheBytes);
    options =
        new Options()
            .setCreateIfMissing(true)
            .setCompressionType(compression)
            .setIncreaseParallelism(2)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockSize(4 << 10)
                    .setBlockCache(cache)
                    .setFilterPolicy(filter));
    db = RocksDB.open(options, folder.toString());
  }

  /** Writes everything without RocksDB's own log, which is quickest, and compacts it. */
  static void fill(Path folder, Load load, CompressionType compression) throws RocksDBException {
    try (RocksKeys keys = new RocksKeys(folder, 64 << 20, compression);
        WriteOptions quick = new WriteOptions().setDisableWAL(true)) {
      for (long write = 0; write < load.writes(); write++) {
        keys.db.put(quick, load.keyOf(write), load.value(write));
      }
      keys.db.compactRange();
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) throws RocksDBException {
    return db.get(key);
  }

  @Override
  public void close() {
    db.close();
    options.close();
    filter.close();
    cache.close();
  }
}
