package io.varve.benchmarks.scheduler;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.measure.Folders;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB as a queue: due time and number are the key, so that what is due comes first. What was
 * appended to the ready log is deleted when that is durable; a crash between releases it twice.
 */
final class RocksQueue implements DelayQueue {

  static {
    RocksDB.loadLibrary();
  }

  private static final int BATCH_EVENTS = 4096;
  private static final long SYNC_BYTES = 16 << 20;
  private static final int KEY_BYTES = 2 * Long.BYTES;

  private final Path folder;
  private final Options options =
      new Options()
          .setCreateIfMissing(true)
          .setIncreaseParallelism(2)
          .setCompressionType(CompressionType.NO_COMPRESSION);
  private final WriteOptions write = new WriteOptions();
  private final RocksDB db;
  private final Store store;
  private final LogWriter ready;

  private final ByteBuffer key = ByteBuffer.allocate(KEY_BYTES);
  private WriteBatch batch = new WriteBatch();
  private long unsyncedBytes;

  RocksQueue(Path folder) throws RocksDBException, IOException {
    this.folder = folder.resolve("db");
    Files.createDirectories(this.folder);
    db = RocksDB.open(options, this.folder.toString());
    store = Store.open(folder.resolve("store"), StoreSettings.defaults());
    ready = store.openWriter(READY, LogSettings.defaults(), "benchmark");
  }

  @Override
  public String name() {
    return "RocksDB";
  }

  @Override
  public void schedule(long number, long dueMs, byte[] value) throws RocksDBException {
    batch.put(key.putLong(0, dueMs).putLong(Long.BYTES, number).array(), value);
    if (batch.count() == BATCH_EVENTS) {
      write();
    }
  }

  /** Synced as often as a log is that nobody commits. */
  private void write() throws RocksDBException {
    unsyncedBytes += batch.getDataSize();
    db.write(write, batch);
    batch.clear();
    if (unsyncedBytes >= SYNC_BYTES) {
      db.syncWal();
      unsyncedBytes = 0;
    }
  }

  @Override
  public void scheduled() throws RocksDBException {
    write();
    db.syncWal();
  }

  @Override
  public void release(long count) throws Exception {
    byte[] from = new byte[KEY_BYTES];
    List<byte[]> keys = new ArrayList<>(BATCH_EVENTS);
    CompletableFuture<Long> committed = CompletableFuture.completedFuture(0L);
    List<byte[]> committing = List.of();
    while (ready.nextOffset() < count) {
      // Deleted keys before it are not gone over again.
      try (Slice bound = new Slice(from);
          ReadOptions read = new ReadOptions().setIterateLowerBound(bound);
          RocksIterator iterator = db.newIterator(read)) {
        for (iterator.seek(from); iterator.isValid() && keys.size() < BATCH_EVENTS; ) {
          from = iterator.key();
          append(ByteBuffer.wrap(from).getLong(0), iterator.value());
          keys.add(from);
          iterator.next();
        }
        from = keys.size() == BATCH_EVENTS && iterator.isValid() ? iterator.key() : from;
      }
      committed.get();
      delete(committing);
      committed = ready.commit();
      committing = keys;
      keys = new ArrayList<>(BATCH_EVENTS);
    }
    committed.get();
    delete(committing);
    db.syncWal();
  }

  private void append(long dueMs, byte[] value) {
    ready.append(
        new Event(
            ready.nextOffset(),
            dueMs,
            TimestampType.CREATE,
            Encoding.BYTES,
            null,
            Encoding.BYTES,
            value,
            Headers.EMPTY,
            null,
            dueMs));
  }

  private void delete(List<byte[]> keys) throws RocksDBException {
    for (byte[] released : keys) {
      batch.delete(released);
    }
    write();
  }

  @Override
  public long diskBytes() throws IOException {
    return Folders.bytes(folder);
  }

  @Override
  public void close() {
    batch.close();
    db.close();
    write.close();
    options.close();
    ready.close();
    store.close();
  }
}
