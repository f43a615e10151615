package io.varve.state;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.format.Fixed64;
import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of sealed pages. Its name is its own for ever, so that a snapshot that has a copy of it
 * elsewhere never needs another.
 *
 * <p>Thread: reading is safe; what it holds alive is counted by the store's owner.
 */
final class StateFile {

  /** Where pages begin. */
  static final int HEADER_BYTES = Fixed64.BYTES;

  static final long HEADER_MAGIC = Fixed64.magic("VARVESTA");
  static final int FORMAT_VERSION = 1;

  /** Where bytes are read from: opened when first needed. */
  interface Source {
    ReadFile open() throws IOException;
  }

  private final String name;
  private final Source source;

  /** From the numbers of tables in the file to those of today; null: the same. */
  private int @Nullable [] tables;

  /** What is known of the timestamps in it. */
  private List<Timestamps> timestamps = List.of();

  private volatile @Nullable ReadFile open;
  private volatile long length;
  private volatile int pagesWritten = -1;
  private volatile boolean closed;

  /** Whether it is in the snapshot's place only, not in the store's folder. */
  private volatile boolean elsewhere;

  /** Whether what belongs to one key lies together. */
  private volatile boolean grouped;

  private final List<@Nullable Page> pages = new ArrayList<>();
  private long pageBytes;
  private long liveBytes;
  private int livePages;
  private int pagesCounted;
  private long bytesReadApart;

  StateFile(String name, Source source) {
    this.name = name;
    this.source = source;
  }

  /** Sets the numbers that tables in the file have today; before anybody else knows the file. */
  void translate(int[] tables) {
    this.tables = tables;
  }

  String name() {
    return name;
  }

  /** Notes that it is to be copied to the store's folder; before anybody else knows the file. */
  void setElsewhere() {
    elsewhere = true;
  }

  /** Notes that what belongs to one key lies together; before its first page is known. */
  void setGrouped() {
    grouped = true;
  }

  /** Whether what belongs to one key lies together, as far as it is in this file. */
  boolean isGrouped() {
    return grouped;
  }

  /** Whether the store's folder doesn't have it. */
  boolean isElsewhere() {
    return elsewhere;
  }

  /** Bytes of the whole file, once it is finished. */
  long length() {
    return length;
  }

  boolean finished() {
    return pagesWritten >= 0;
  }

  /** Called when the last byte is written, or the footer was read. */
  void finish(long length, int pages, List<Timestamps> timestamps) {
    this.timestamps = timestamps;
    this.length = length;
    this.pagesWritten = pages;
  }

  /** What is known of the timestamps in it, once it is finished; of tables as numbered in it. */
  List<Timestamps> timestamps() {
    return timestamps;
  }

  /** What is known of the timestamps of a table of this number in the file. */
  @Nullable Timestamps timestamps(int tableInFile) {
    for (Timestamps one : timestamps) {
      if (one.table() == tableInFile) {
        return one;
      }
    }
    return null;
  }

  /**
   * About how many bytes of what is alive in it have expired: all of them only if it is certain.
   */
  long expiredBytes(Expired expired) {
    long bytes = 0;
    for (Timestamps one : timestamps) {
      bytes += expired.expiredBytes(table(one.table()), one);
    }
    // Of what was written, as of what is alive.
    return bytes >= pageBytes ? liveBytes : (long) ((double) liveBytes * bytes / pageBytes);
  }

  int @Nullable [] tables() {
    return tables;
  }

  /** The number that a table of this number in the file has today; -1 if it is no more. */
  int table(int inFile) {
    return tables == null ? inFile : inFile < tables.length ? tables[inFile] : -1;
  }

  // ---- what it holds, told by the owner

  void addPage(Page page) {
    while (pages.size() <= page.indexInFile) {
      pages.add(null);
    }
    pages.set(page.indexInFile, page);
    pageBytes += page.used;
    liveBytes += page.liveBytes();
    livePages++;
    pagesCounted++;
  }

  /** Counts a page that held nothing alive already when the file was opened. */
  void skipPage(int bytes) {
    pages.add(null);
    pageBytes += bytes;
    pagesCounted++;
  }

  void dropPage(Page page) {
    pages.set(page.indexInFile, null);
    liveBytes -= page.liveBytes();
    livePages--;
  }

  void addLiveBytes(long bytes) {
    liveBytes += bytes;
  }

  long liveBytes() {
    return liveBytes;
  }

  /** Counts bytes that took a read of their own, beside others of the same key. */
  void addReadApart(long bytes) {
    bytesReadApart += bytes;
  }

  /** Bytes that were read apart from others of their keys, since the file is there. */
  long bytesReadApart() {
    return bytesReadApart;
  }

  /** Bytes of the pages that were counted, whether anything in them is alive or not. */
  long pageBytes() {
    return pageBytes;
  }

  /** Whether it is finished and all its pages were counted. */
  boolean complete() {
    return pagesCounted == pagesWritten;
  }

  /** Its pages by their place in the file; null where nothing is alive any more. */
  List<@Nullable Page> pages() {
    return pages;
  }

  /** Whether it is complete and nothing in it is alive. */
  boolean empty() {
    return livePages == 0 && complete();
  }

  // ---- reading

  /** Reads bytes into {@code target} at the absolute index {@code at}. */
  void read(long position, ByteBuffer target, int at, int length) {
    int read = readOnce(position, target, at, length);
    if (read < length) {
      throw new CorruptionException(
          name, position, length + " bytes", read + " bytes before the file ends");
    }
  }

  private int readOnce(long position, ByteBuffer target, int at, int length) {
    while (true) {
      ReadFile from = null;
      try {
        from = source();
        return from.read(target.slice(at, length), position);
      } catch (IOException e) {
        ReadFile now = open;
        if (from == null || now == null || now == from) {
          throw new StoreFailedException("Reading state from " + name + " at byte " + position, e);
        }
        // A local copy has taken its place meanwhile, and it was closed.
      }
    }
  }

  /** Reads a whole page and checks every record in it. */
  void readPage(Page page, ByteBuffer frame) {
    read(page.filePosition, frame, 0, page.used);
    long digest = 0;
    for (int at = 0; at < page.used; ) {
      int bytes = checkedBytes(frame, at, page.filePosition + at, page.used - at);
      checkRecord(frame, at, page.filePosition + at);
      digest += RecordLayout.digest(frame, at, at);
      at += bytes;
    }
    checkDigest(page, digest);
  }

  /** Checks that a page's records, which add up to that digest, are those that were told of. */
  void checkDigest(Page page, long digest) {
    if (page.digest != 0 && page.digest != digest) {
      throw new CorruptionException(
          name, page.filePosition, "a page of the records that the footer tells of", "others");
    }
  }

  /** The bytes of the record whose header is at {@code at}, which fit into {@code rest}. */
  int checkedBytes(ByteBuffer buffer, int at, long position, int rest) {
    if (rest >= RecordLayout.BYTES_MIN) {
      int key = RecordLayout.keyLength(buffer, at);
      int capacity = RecordLayout.capacity(buffer, at);
      int value = RecordLayout.valueLength(buffer, at);
      boolean hashed = RecordLayout.hash(buffer, at) >>> RecordLayout.HASH_BITS == 0;
      if (hashed && key >= 0 && value >= 0 && value <= capacity) {
        long bytes = ((long) RecordLayout.HEADER_BYTES + key + capacity + 7) & ~7L;
        if (bytes <= rest && bytes >= RecordLayout.BYTES_MIN) {
          return (int) bytes;
        }
      }
    }
    throw new CorruptionException(
        name, position, "a record of at most " + rest + " bytes", "a header that is none");
  }

  /** Checks the checksum of a record whose lengths were checked. */
  void checkRecord(ByteBuffer buffer, int at, long position) {
    int expected = buffer.getInt(at);
    int found = RecordLayout.checksum(buffer, at);
    if (expected != found) {
      throw new CorruptionException(
          name,
          position,
          "a record with CRC32C " + Fixed64.hex(expected),
          "CRC32C " + Fixed64.hex(found));
    }
  }

  /** What its bytes are read from. */
  ReadFile source() throws IOException {
    ReadFile file = open;
    if (file != null) {
      return file;
    }
    synchronized (this) {
      if (closed) {
        throw new IOException(name + " is closed");
      }
      file = open;
      if (file == null) {
        file = source.open();
        open = file;
      }
      return file;
    }
  }

  /** Reads from {@code local} from now on. */
  void localise(ReadFile local) throws IOException {
    ReadFile before;
    synchronized (this) {
      if (closed) {
        local.close();
        return;
      }
      before = open;
      open = local;
      elsewhere = false;
    }
    if (before != null) {
      before.close();
    }
  }

  /** Whether nobody needs it any more. */
  boolean isClosed() {
    return closed;
  }

  void close() throws IOException {
    ReadFile file;
    synchronized (this) {
      closed = true;
      file = open;
      open = null;
    }
    if (file != null) {
      file.close();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
