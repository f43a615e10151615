package io.varve.delay;

import io.varve.base.BloomFilter;
import io.varve.base.CorruptionException;
import io.varve.format.EntryBlock;
import io.varve.format.Fixed64;
import io.varve.format.RunFooter;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A sorted file of entries, which stays as it is. What is known of its blocks is kept in memory, 24
 * bytes for 1,024 entries, and its filter.
 *
 * <p>Thread: safe; a cursor is confined to one.
 */
final class Run implements Closeable {

  /** Of filters, for each key. */
  static final int FILTER_BITS = 10;

  private static final int WINDOW_BYTES = 128 << 10;
  private static final int CHUNK_BYTES = 256 << 10;

  private final String name;
  private final String path;
  private final ReadFile file;
  private final RunFooter footer;
  private final long[] blocks;
  private final @Nullable BloomFilter filter;

  private Run(
      String name,
      String path,
      ReadFile file,
      RunFooter footer,
      long[] blocks,
      @Nullable BloomFilter filter) {
    this.name = name;
    this.path = path;
    this.file = file;
    this.footer = footer;
    this.blocks = blocks;
    this.filter = filter;
  }

  /**
   * Opens a run that was finished.
   *
   * @throws CorruptionException if it is damaged
   * @throws java.nio.file.NoSuchFileException if it isn't there
   */
  static Run open(Directory folder, String name) throws IOException {
    String path = folder.path() + "/" + name;
    ReadFile file = folder.open(name);
    Run run = null;
    try {
      long length = file.length();
      ByteBuffer end = ByteBuffer.allocate(RunFooter.BYTES);
      if (length >= RunFooter.BYTES) {
        file.read(end, length - RunFooter.BYTES);
      }
      RunFooter footer = RunFooter.decode(end.flip(), path, length);
      long position = footer.blocksEnd();
      int blockLongs = footer.blocks() * RunFooter.LONGS_PER_BLOCK;
      long[] blocks = longs(file, path, position, blockLongs, footer.blocksCrc());
      check(blocks, footer, path);
      position += (long) blockLongs * Long.BYTES;
      long[] bits = longs(file, path, position, footer.filterLongs(), footer.filterCrc());
      run =
          new Run(name, path, file, footer, blocks, bits.length == 0 ? null : BloomFilter.of(bits));
      return run;
    } finally {
      if (run == null) {
        file.close();
      }
    }
  }

  /** Whether blocks begin one behind another, with entries that rise. */
  private static void check(long[] blocks, RunFooter footer, String path) {
    long end = footer.blocksEnd();
    for (int at = blocks.length - RunFooter.LONGS_PER_BLOCK;
        at >= 0;
        at -= RunFooter.LONGS_PER_BLOCK) {
      int next = at + RunFooter.LONGS_PER_BLOCK;
      boolean rises =
          next == blocks.length
              || EntryBlock.isBefore(blocks[at], blocks[at + 1], blocks[next], blocks[next + 1]);
      long begin = blocks[at + 2];
      if (!rises || begin < 0 || begin >= end || (at == 0 && begin != 0)) {
        throw new CorruptionException(
            path,
            footer.blocksEnd() + (long) at * Long.BYTES,
            "a block that begins before byte " + end + " and the next entry",
            "byte " + begin + ", key " + blocks[at] + ", offset " + blocks[at + 1]);
      }
      end = begin;
    }
  }

  private static long[] longs(ReadFile file, String path, long position, int count, int expected)
      throws IOException {
    long[] longs = new long[count];
    CRC32C crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < count; ) {
      int now = Math.min(count - at, CHUNK_BYTES / Long.BYTES);
      file.read(chunk.clear().limit(now * Long.BYTES), position + (long) at * Long.BYTES);
      chunk.flip();
      crc.update(chunk.duplicate());
      chunk.asLongBuffer().get(longs, at, chunk.limit() / Long.BYTES);
      at += now;
    }
    if ((int) crc.getValue() != expected) {
      throw new CorruptionException(
          path,
          position,
          count + " numbers with CRC32C " + Fixed64.hex(expected),
          "CRC32C " + Fixed64.hex((int) crc.getValue()));
    }
    return longs;
  }

  String name() {
    return name;
  }

  /** How many entries it has. */
  long entries() {
    return footer.entries();
  }

  /** No entry has a lower offset. */
  long lowestOffset() {
    return footer.lowestOffset();
  }

  /** The highest key. */
  long lastKey() {
    return footer.lastKey();
  }

  /** Bytes of memory that are kept for it. */
  long memoryBytes() {
    return Long.BYTES * ((long) blocks.length + footer.filterLongs());
  }

  long fileBytes() throws IOException {
    return file.length();
  }

  /** A key has 64 bits only: its lower half is made of the same. */
  static long lowerHalf(long key) {
    long spread = key * 0x9e3779b97f4a7c15L;
    return spread ^ (spread >>> 32);
  }

  /** Whether an entry may have that key. */
  boolean mayHold(long key) {
    return filter == null || filter.mayHave(key, lowerHalf(key));
  }

  /**
   * How many entries are before the block that holds the one at a place: what is between two places
   * is counted to a block.
   */
  long entriesBefore(Place place) {
    if (EntryBlock.isBefore(lastKey(), 0, place.key(), 0)) {
      return entries();
    }
    return (long) blockOf(place.key(), place.offset()) * EntryBlock.ENTRIES_MAX;
  }

  /**
   * The first entry of a block, counted from the one that holds the given entry.
   *
   * @param further how many blocks further on
   * @return null if there is no such block
   */
  @Nullable Place blockAfter(long key, long offset, int further) {
    long block = (long) blockOf(key, offset) + further;
    if (block >= footer.blocks()) {
      return null;
    }
    int at = (int) block * RunFooter.LONGS_PER_BLOCK;
    return new Place(blocks[at], blocks[at + 1]);
  }

  /** The last block that does not begin behind the entry; 0 if all do. */
  private int blockOf(long key, long offset) {
    int low = 0;
    int high = footer.blocks() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      int at = middle * RunFooter.LONGS_PER_BLOCK;
      if (EntryBlock.isBefore(key, offset, blocks[at], blocks[at + 1])) {
        high = middle - 1;
      } else {
        low = middle;
      }
    }
    return low;
  }

  private long position(int block) {
    return block == footer.blocks()
        ? footer.blocksEnd()
        : blocks[block * RunFooter.LONGS_PER_BLOCK + 2];
  }

  /**
   * A cursor that begins with the first entry that is not before the given one.
   *
   * @param blocksAhead how many blocks are read with one call, 1 or more
   */
  Cursor cursor(long key, long offset, int blocksAhead) throws IOException {
    return new Cursor(key, offset, blocksAhead);
  }

  /** A cursor of one key's entries. */
  Cursor cursorOf(long key) throws IOException {
    Cursor cursor = new Cursor(key, 0, 1);
    cursor.lastKey = key;
    return cursor;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return path;
  }

  /** Goes over the run's entries. */
  final class Cursor implements EntryCursor {

    private final EntryBlock block = new EntryBlock();
    private final ByteBuffer window;
    private final int blocksAhead;
    private int nextBlock;
    private int inWindow;
    private int at;

    /** Entries with higher keys are not shown. */
    private long lastKey = Long.MAX_VALUE;

    private Cursor(long key, long offset, int blocksAhead) throws IOException {
      this.blocksAhead = blocksAhead;
      this.window =
          ByteBuffer.allocate(Math.max(EntryBlock.BYTES_MAX, blocksAhead == 1 ? 0 : WINDOW_BYTES))
              .order(ByteOrder.LITTLE_ENDIAN)
              .limit(0);
      nextBlock = blockOf(key, offset);
      load();
      at = block.from(key, offset) - 1;
    }

    @Override
    public boolean next() throws IOException {
      if (++at >= block.count()) {
        if (nextBlock == footer.blocks()) {
          at = block.count();
          return false;
        }
        load();
        at = 0;
      }
      return block.key(at) <= lastKey;
    }

    private void load() throws IOException {
      long position = position(nextBlock);
      if (inWindow == window.limit()) {
        fill(position);
      }
      int bytes = block.decode(window, inWindow, path, position);
      long end = position(nextBlock + 1);
      long left = footer.entries() - (long) nextBlock * EntryBlock.ENTRIES_MAX;
      long expected = Math.min(left, EntryBlock.ENTRIES_MAX);
      if (position + bytes != end || block.count() != expected) {
        throw new CorruptionException(
            path,
            position,
            "a block of " + expected + " entries up to byte " + end,
            block.count() + " entries up to byte " + (position + bytes));
      }
      inWindow += bytes;
      nextBlock++;
    }

    /** Reads as many blocks as fit, one at least. */
    private void fill(long position) throws IOException {
      int end = nextBlock + 1;
      while (end < footer.blocks()
          && end - nextBlock < blocksAhead
          && position(end + 1) - position <= window.capacity()) {
        end++;
      }
      long bytes = position(end) - position;
      if (bytes <= 0 || bytes > window.capacity()) {
        throw new CorruptionException(
            path, position, "a block of at most " + EntryBlock.BYTES_MAX, bytes + " bytes");
      }
      file.read(window.clear().limit((int) bytes), position);
      window.flip();
      inWindow = 0;
      if (window.limit() < bytes) {
        throw new CorruptionException(
            path, position, bytes + " bytes of entries", window.limit() + " bytes");
      }
    }

    @Override
    public long key() {
      return block.key(at);
    }

    @Override
    public long offset() {
      return block.offset(at);
    }

    @Override
    public long extra() {
      return block.extra(at);
    }

    @Override
    public boolean isGone() {
      return block.isMarked(at);
    }
  }
}
