package io.varve.dedup;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.base.CorruptionException;
import io.varve.rocks.FolderClaim;
import io.varve.rocks.RocksHandles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SstFileWriter;

/**
 * Buckets in a RocksDB: each is one file in a column family of its own, whose records are
 * {@linkplain IdPage pages} under their numbers and, last, the {@linkplain BucketMeta bucket's
 * own}. RocksDB keeps the files, finds pages in them, compares checksums and drops column families;
 * it has nothing to write into its memtables or its log and nothing to compact.
 *
 * <p>Thread: as {@link Buckets} says.
 */
public final class RocksBuckets implements Buckets {

  /** What files that are being written are called; whoever opens the folder takes them away. */
  static final String TEMPORARY = "new-";

  private static final String NAME = "bucket-";

  /** A page or two in a block. */
  private static final int BLOCK_BYTES = 2 << 10;

  /** A memtable that nothing is written to. */
  private static final int MEMTABLE_BYTES = 64 << 10;

  private static final int PAGE_BYTES = 16 << 10;
  private static final int READ_AHEAD_BYTES = 1 << 20;

  /** Sorts behind all page numbers, which have four bytes, of which the first bit is 0. */
  private static final byte[] META_KEY = {-1, -1, -1, -1, -1};

  private final String path;
  private final RocksHandles handles;
  private final List<RocksBucket> open = new ArrayList<>();
  private final Cache cache;
  private final DBOptions dbOptions;
  private final ColumnFamilyOptions familyOptions;
  private final ReadOptions findOptions;
  private final ReadOptions scanOptions;
  private final RocksDB db;

  // Of whoever finds ids.
  private final ByteBuffer key = ByteBuffer.allocateDirect(Integer.BYTES);
  private ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private volatile Usage usage = new Usage(0, 0, 0);

  private RocksBuckets(String path, long cacheBytes) throws RocksDBException {
    this.path = path;
    this.handles = new RocksHandles(path);
    boolean done = false;
    try {
      handles.closing(FolderClaim.of(path));
      cache = handles.cache(cacheBytes);
      dbOptions = handles.dbOptions();
      familyOptions =
          handles.closing(
              new ColumnFamilyOptions()
                  .setWriteBufferSize(MEMTABLE_BYTES)
                  .setDisableAutoCompactions(true)
                  .setCompressionType(CompressionType.NO_COMPRESSION)
                  .setTableFormatConfig(
                      new BlockBasedTableConfig()
                          .setBlockSize(BLOCK_BYTES)
                          .setBlockCache(cache)
                          .setCacheIndexAndFilterBlocks(false)));
      // Ids come from anywhere in a bucket: a block is hardly ever wanted again.
      findOptions = handles.closing(new ReadOptions().setFillCache(false));
      scanOptions =
          handles.closing(new ReadOptions().setFillCache(false).setReadaheadSize(READ_AHEAD_BYTES));
      db = openDb();
      handles.<AutoCloseable>closing(this::closeBuckets);
      usage = measured(db);
      done = true;
    } finally {
      if (!done) {
        handles.close();
      }
    }
  }

  /**
   * Opens the RocksDB in a folder, which is there, and makes one if there is none.
   *
   * @param path the folder
   * @param cacheBytes memory for its blocks
   */
  static RocksBuckets open(String path, long cacheBytes) throws RocksDBException {
    return new RocksBuckets(path, cacheBytes);
  }

  private RocksDB openDb() throws RocksDBException {
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    try (Options options = new Options(dbOptions, familyOptions)) {
      for (byte[] name : RocksDB.listColumnFamilies(options, path)) {
        families.add(new ColumnFamilyDescriptor(name, familyOptions));
      }
    }
    if (families.isEmpty()) {
      families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions));
    }
    List<ColumnFamilyHandle> opened = new ArrayList<>();
    RocksDB database = handles.closing(RocksDB.open(dbOptions, path, families, opened));
    for (int i = 0; i < opened.size(); i++) {
      String name = new String(families.get(i).getName(), UTF_8);
      if (name.startsWith(NAME)) {
        open.add(new RocksBucket(opened.get(i), name));
      } else {
        handles.closing(opened.get(i));
      }
    }
    open.sort(Comparator.comparing(bucket -> bucket.name));
    return database;
  }

  /** One that is saved. */
  private final class RocksBucket implements Saved {

    private final ColumnFamilyHandle family;
    private final String name;
    private @Nullable BucketMeta meta;
    private int pageBits;

    RocksBucket(ColumnFamilyHandle family, String name) {
      this.family = family;
      this.name = name;
    }

    void is(BucketMeta told) {
      meta = told;
      pageBits = IdPage.pageBits(told.count());
    }

    String file() {
      return path + ", column family " + name;
    }

    @Override
    public BucketMeta meta() {
      if (meta == null) {
        throw new IllegalStateException(name + " was not loaded");
      }
      return meta;
    }

    @Override
    public long find(long high, long low) throws IOException {
      handles.check();
      try {
        key.clear().putInt(0, IdPage.number(high, pageBits));
        int length = db.get(family, findOptions, key, page.clear());
        if (length > page.capacity()) {
          page = ByteBuffer.allocateDirect(2 * length).order(ByteOrder.LITTLE_ENDIAN);
          key.clear();
          length = db.get(family, findOptions, key, page);
        }
        if (length == RocksDB.NOT_FOUND) {
          return -1;
        }
        return IdPage.find(page.position(0).limit(length), pageBits, high, low);
      } catch (RocksDBException e) {
        throw RocksHandles.failed("Reading " + file(), e);
      } catch (IllegalArgumentException e) {
        throw new CorruptionException(file(), 0, "a page of ids", String.valueOf(e.getMessage()));
      }
    }

    @Override
    public void forEach(IdTable.Visitor visitor) throws IOException {
      handles.check();
      try (RocksIterator pages = db.newIterator(family, scanOptions)) {
        for (pages.seekToFirst(); pages.isValid(); pages.next()) {
          byte[] number = pages.key();
          if (number.length == Integer.BYTES) {
            IdPage.forEach(
                ByteBuffer.wrap(pages.value()).order(ByteOrder.LITTLE_ENDIAN),
                ByteBuffer.wrap(number).getInt(),
                pageBits,
                visitor);
          }
        }
        pages.status();
      } catch (RocksDBException e) {
        throw unread(file(), e);
      } catch (IllegalArgumentException e) {
        throw new CorruptionException(file(), 0, "pages of ids", String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public List<Saved> load() throws IOException {
    handles.check();
    try {
      for (RocksBucket bucket : List.copyOf(open)) {
        byte[] meta = db.get(bucket.family, META_KEY);
        if (meta == null) {
          // Who made the column family died before it put the file in.
          drop(bucket);
        } else {
          bucket.is(BucketMeta.decode(ByteBuffer.wrap(meta), bucket.file()));
        }
      }
      return List.copyOf(open);
    } catch (RocksDBException e) {
      throw unread(path, e);
    }
  }

  /** What failed reading of all that is saved is told as. */
  private static IOException unread(String file, RocksDBException e) {
    if (RocksHandles.isDamage(e)) {
      throw new CorruptionException(
          file, 0, "what RocksDB has written", String.valueOf(e.getMessage()));
    }
    return RocksHandles.failed("Reading " + file, e);
  }

  @Override
  public Saved save(BucketMeta meta, IdTable ids) throws IOException {
    handles.check();
    String name = String.format(Locale.ROOT, "%s%020d", NAME, meta.number());
    String file = path + "/" + TEMPORARY + name;
    try {
      write(file, meta, ids);
      RocksBucket bucket =
          new RocksBucket(
              db.createColumnFamily(
                  new ColumnFamilyDescriptor(name.getBytes(UTF_8), familyOptions)),
              name);
      bucket.is(meta);
      open.add(bucket);
      try (IngestExternalFileOptions ingest = new IngestExternalFileOptions().setMoveFiles(true)) {
        db.ingestExternalFile(bucket.family, List.of(file), ingest);
      }
      usage = measured(db);
      return bucket;
    } catch (RocksDBException e) {
      throw RocksHandles.failed("Saving " + file, e);
    }
  }

  private void write(String file, BucketMeta meta, IdTable ids) throws RocksDBException {
    try (EnvOptions env = new EnvOptions();
        Options options = new Options(dbOptions, familyOptions);
        SstFileWriter writer = new SstFileWriter(env, options)) {
      writer.open(file);
      PageWriter pages = new PageWriter(writer, IdPage.pageBits(meta.count()));
      ids.forEach(pages);
      pages.flush();
      writer.put(ByteBuffer.allocateDirect(META_KEY.length).put(META_KEY).flip(), meta.encode());
      writer.finish();
    } catch (WriteFailure e) {
      throw e.failure;
    }
  }

  /** A RocksDBException through a visitor. */
  private static final class WriteFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient RocksDBException failure;

    WriteFailure(RocksDBException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  /** Puts ids together to pages. */
  private static final class PageWriter implements IdTable.Visitor {

    private final SstFileWriter writer;
    private final int pageBits;
    private final ByteBuffer number = ByteBuffer.allocateDirect(Integer.BYTES);
    private ByteBuffer bytes = ByteBuffer.allocateDirect(PAGE_BYTES);
    private long[] ids = new long[3 * 256];
    private int count;
    private int current;

    PageWriter(SstFileWriter writer, int pageBits) {
      this.writer = writer;
      this.pageBits = pageBits;
    }

    @Override
    public void id(long high, long low, long timeMs) {
      int page = IdPage.number(high, pageBits);
      if (page != current) {
        flush();
        current = page;
      }
      if (3 * count == ids.length) {
        ids = Arrays.copyOf(ids, 2 * ids.length);
      }
      ids[3 * count] = high;
      ids[3 * count + 1] = low;
      ids[3 * count + 2] = timeMs;
      count++;
    }

    void flush() {
      if (count > 0) {
        bytes = IdPage.encode(ids, count, pageBits, bytes);
        count = 0;
        try {
          writer.put(number.clear().putInt(0, current), bytes);
        } catch (RocksDBException e) {
          throw new WriteFailure(e);
        }
      }
    }
  }

  @Override
  public void drop(Saved bucket) throws IOException {
    handles.check();
    RocksBucket dropped = (RocksBucket) bucket;
    open.remove(dropped);
    try {
      db.dropColumnFamily(dropped.family);
      usage = measured(db);
    } catch (RocksDBException e) {
      throw RocksHandles.failed("Dropping " + dropped.file(), e);
    } finally {
      db.destroyColumnFamilyHandle(dropped.family);
    }
  }

  private Usage measured(RocksDB opened) throws RocksDBException {
    long memtables = opened.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables");
    return new Usage(
        cache.getUsage() + memtables,
        opened.getAggregatedLongProperty("rocksdb.estimate-table-readers-mem"),
        opened.getAggregatedLongProperty("rocksdb.total-sst-files-size"));
  }

  @Override
  public Usage usage() {
    return usage;
  }

  private void closeBuckets() {
    for (RocksBucket bucket : open) {
      bucket.family.close();
    }
    open.clear();
  }

  @Override
  public void close() {
    handles.close();
  }
}
