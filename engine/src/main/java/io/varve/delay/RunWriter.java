package io.varve.delay;

import io.varve.base.BloomFilter;
import io.varve.format.EntryBlock;
import io.varve.format.RunFooter;
import io.varve.io.Directory;
import io.varve.io.WriteFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes a run: entries in their order, and then {@link #finish}.
 *
 * <p>Thread: confined to one.
 */
final class RunWriter implements Closeable {

  private static final int BUFFER_BYTES = 256 << 10;

  private final String name;
  private final WriteFile file;
  private final @Nullable BloomFilter filter;
  private final EntryBlock block = new EntryBlock();
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES + EntryBlock.BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);

  /** Of each block the first key, the first offset and the position. */
  private long[] blocks = new long[64 * RunFooter.LONGS_PER_BLOCK];

  private int blockCount;
  private long entries;
  private long lowestOffset = Long.MAX_VALUE;
  private long lastKey;

  private RunWriter(String name, WriteFile file, @Nullable BloomFilter filter) {
    this.name = name;
    this.file = file;
    this.filter = filter;
  }

  /**
   * @param filteredKeys how many entries there may be if a filter of their keys is wanted, else 0
   */
  static RunWriter create(Directory folder, String name, long filteredKeys) throws IOException {
    return new RunWriter(
        name,
        folder.create(name),
        filteredKeys == 0 ? null : BloomFilter.sized(filteredKeys, Run.FILTER_BITS));
  }

  void add(long key, long offset, long extra, boolean gone) throws IOException {
    if (block.isFull()) {
      putBlock();
    }
    block.add(key, offset, extra, gone);
    entries++;
    lowestOffset = Math.min(lowestOffset, offset);
    lastKey = key;
    if (filter != null) {
      filter.add(key, Run.lowerHalf(key));
    }
  }

  /** All that a cursor has. */
  void addAll(EntryCursor from) throws IOException {
    while (from.next()) {
      add(from.key(), from.offset(), from.extra(), from.isGone());
    }
  }

  long entries() {
    return entries;
  }

  /**
   * Ends the file and makes it durable, if there was any entry.
   *
   * @return false if there was none: the file is of no use
   */
  boolean finish() throws IOException {
    if (entries == 0) {
      return false;
    }
    putBlock();
    flush();
    long blocksEnd = file.length();
    int blocksCrc = append(blocks, blockCount * RunFooter.LONGS_PER_BLOCK);
    long[] bits = filter == null ? new long[0] : filter.words();
    int filterCrc = append(bits, bits.length);
    file.append(
        new RunFooter(
                entries,
                blocksEnd,
                blockCount,
                bits.length,
                blocksCrc,
                filterCrc,
                lowestOffset,
                lastKey)
            .encode());
    file.force();
    return true;
  }

  String name() {
    return name;
  }

  private void putBlock() throws IOException {
    int at = blockCount * RunFooter.LONGS_PER_BLOCK;
    if (at == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * at);
    }
    blocks[at] = block.key(0);
    blocks[at + 1] = block.offset(0);
    blocks[at + 2] = file.length() + buffer.position();
    blockCount++;
    block.encode(buffer);
    block.clear();
    if (buffer.position() >= BUFFER_BYTES) {
      flush();
    }
  }

  private void flush() throws IOException {
    file.append(buffer.flip());
    buffer.clear();
  }

  /** Returns the checksum of what it writes. */
  private int append(long[] longs, int count) throws IOException {
    CRC32C crc = new CRC32C();
    for (int at = 0; at < count; ) {
      int now = Math.min(count - at, BUFFER_BYTES / Long.BYTES);
      buffer.asLongBuffer().put(longs, at, now);
      buffer.limit(now * Long.BYTES);
      crc.update(buffer.duplicate());
      file.append(buffer);
      buffer.clear();
      at += now;
    }
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
