package io.varve.verify;

import io.varve.format.SparseIndex;
import org.jspecify.annotations.Nullable;

/**
 * Compares an index with the batches of its segment as they come by: each block must begin with a
 * batch, and carry that batch's first offset and the span of its batches' timestamps.
 *
 * <p>Thread: confined to one.
 */
final class IndexCheck {

  private final SparseIndex index;
  private int block = -1;
  private long minTimestampMs = Long.MAX_VALUE;
  private long maxTimestampMs = Long.MIN_VALUE;
  private @Nullable String difference;

  IndexCheck(SparseIndex index) {
    this.index = index;
  }

  /** Takes the segment's next batch, which begins at {@code position}. */
  void batch(long position, long baseOffset, long minMs, long maxMs) {
    int next = block + 1;
    if (next < index.count() && index.position(next) <= position) {
      endBlock();
      block = next;
      minTimestampMs = Long.MAX_VALUE;
      maxTimestampMs = Long.MIN_VALUE;
      if (index.position(next) != position || index.baseOffset(next) != baseOffset) {
        differ(
            "block "
                + next
                + " at byte "
                + index.position(next)
                + " with offset "
                + index.baseOffset(next)
                + ", where the batch at byte "
                + position
                + " has offset "
                + baseOffset);
      }
    } else if (block < 0) {
      differ("no block for the batch at byte " + position);
    }
    minTimestampMs = Math.min(minTimestampMs, minMs);
    maxTimestampMs = Math.max(maxTimestampMs, maxMs);
  }

  private void endBlock() {
    if (block >= 0
        && (index.minTimestampMs(block) != minTimestampMs
            || index.maxTimestampMs(block) != maxTimestampMs)) {
      differ("other times for block " + block + " than its batches have");
    }
  }

  private void differ(String what) {
    if (difference == null) {
      difference = what;
    }
  }

  /** How the index differs from the batches, or null if it doesn't. */
  @Nullable String end() {
    endBlock();
    if (block + 1 < index.count()) {
      differ("a block at byte " + index.position(block + 1) + ", behind the last batch");
    }
    return difference;
  }

  /** Where the first block behind {@code position} begins, or -1 if there is none. */
  long blockBehind(long position) {
    for (int i = index.count() == 0 ? 0 : index.blockAt(position); i < index.count(); i++) {
      if (index.position(i) > position) {
        return index.position(i);
      }
    }
    return -1;
  }
}
