package io.varve.field;

import java.util.BitSet;

/**
 * Which blocks of a segment are worth a look, or nothing about it, if it has no index that tells.
 *
 * <p>Thread: immutable.
 */
public final class Candidates {

  private final long[] positions;
  private final long[] baseOffsets;
  private final long end;
  private final BitSet blocks;

  /**
   * @param positions where each block begins
   * @param baseOffsets the offset of each block's first event
   * @param end where the last one ends
   * @param blocks the numbers of those that are worth a look
   */
  Candidates(long[] positions, long[] baseOffsets, long end, BitSet blocks) {
    this.positions = positions;
    this.baseOffsets = baseOffsets;
    this.end = end;
    this.blocks = blocks;
  }

  /** How many blocks the segment has. */
  public int blocksTotal() {
    return positions.length;
  }

  /** How many are worth a look. */
  public int blocksWanted() {
    return blocks.cardinality();
  }

  /** Bytes of those that are worth a look. */
  public long bytesWanted() {
    long bytes = 0;
    for (int block = blocks.nextSetBit(0); block >= 0; block = blocks.nextSetBit(block + 1)) {
      bytes += endOf(block) - positions[block];
    }
    return bytes;
  }

  private long endOf(int block) {
    return block + 1 < positions.length ? positions[block + 1] : end;
  }

  /** The first block that is worth a look and ends behind {@code position}; -1 if there is none. */
  public int from(long position) {
    int low = 0;
    int high = positions.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (endOf(middle) <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return blocks.nextSetBit(low);
  }

  /** Where a block begins. */
  public long position(int block) {
    return positions[block];
  }

  /** The offset of a block's first event. */
  public long baseOffset(int block) {
    return baseOffsets[block];
  }

  /** Where the row of wanted blocks ends that begins with {@code block}. */
  public long rowEnd(int block) {
    return endOf(blocks.nextClearBit(block) - 1);
  }
}
