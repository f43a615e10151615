package io.varve.format;

import io.varve.base.BloomFilter;
import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * The end of a run: {@link EntryBlock blocks}, one after another, then three longs for each block
 * (the key and the offset of its first entry, its position), then the longs of a filter, then this.
 *
 * <pre>
 *  0 8 bytes magic "VARVERUN"     32 i32 blocks              44 u32 CRC32C of the filter
 *  8 u32 CRC32C of 12..63         36 i32 longs of the filter 48 i64 lowest offset
 * 12 i32 format version           40 u32 CRC32C of what      56 i64 key of the last entry
 * 16 i64 entries                     is said of the blocks
 * 24 i64 where the blocks end
 * </pre>
 *
 * @param entries how many there are, from 1
 * @param blocksEnd bytes of all blocks
 * @param blocks how many there are
 * @param filterLongs size of the filter, 0 if there is none
 * @param lowestOffset no entry has a lower one
 * @param lastKey the highest key
 */
public record RunFooter(
    long entries,
    long blocksEnd,
    int blocks,
    int filterLongs,
    int blocksCrc,
    int filterCrc,
    long lowestOffset,
    long lastKey) {

  /** Length on disk. */
  public static final int BYTES = Fixed64.BYTES;

  /** What is said of a block. */
  public static final int LONGS_PER_BLOCK = 3;

  /** No run is larger, nor its filter: 2<sup>28</sup> longs. */
  private static final int BLOCKS_MAX = 1 << 26;

  private static final int FILTER_LONGS_MAX = BloomFilter.WORDS_MAX;

  private static final int FORMAT_VERSION = 1;
  private static final long MAGIC = Fixed64.magic("VARVERUN");

  public ByteBuffer encode() {
    return Fixed64.finish(
        Fixed64.begin(MAGIC)
            .putInt(12, FORMAT_VERSION)
            .putLong(16, entries)
            .putLong(24, blocksEnd)
            .putInt(32, blocks)
            .putInt(36, filterLongs)
            .putInt(40, blocksCrc)
            .putInt(44, filterCrc)
            .putLong(48, lowestOffset)
            .putLong(56, lastKey));
  }

  /**
   * Decodes the end of a file.
   *
   * @param length of the file, at the end of which it stands
   */
  public static RunFooter decode(ByteBuffer bytes, String file, long length) {
    long position = length - BYTES;
    ByteBuffer view = Fixed64.check(bytes, 0, MAGIC, "footer of a run", file, position);
    Fixed64.checkVersion(view.getInt(12), FORMAT_VERSION, "a run", file, position);
    RunFooter footer =
        new RunFooter(
            view.getLong(16),
            view.getLong(24),
            view.getInt(32),
            view.getInt(36),
            view.getInt(40),
            view.getInt(44),
            view.getLong(48),
            view.getLong(56));
    long blocks = (footer.entries + EntryBlock.ENTRIES_MAX - 1) / EntryBlock.ENTRIES_MAX;
    boolean sound =
        footer.entries >= 1
            && footer.blocks == blocks
            && footer.blocks <= BLOCKS_MAX
            && footer.filterLongs >= 0
            && footer.filterLongs % 8 == 0
            && footer.filterLongs <= FILTER_LONGS_MAX
            && footer.blocksEnd >= 0
            && footer.blocksEnd + 8L * LONGS_PER_BLOCK * blocks + 8L * footer.filterLongs
                == position;
    if (!sound) {
      throw new CorruptionException(
          file, position, "the footer of a run of " + length + " bytes", footer.toString());
    }
    return footer;
  }
}
