package io.varve.delay;

import org.jspecify.annotations.Nullable;

/**
 * Chunks that are free. As many are kept as are in use and a few more, so that a wheel at work
 * allocates nothing, and one that has emptied gives its memory back. Thread: confined to its
 * wheel's.
 */
final class ChunkPool {

  private static final int KEPT_MIN = 256;

  private @Nullable Chunk free;
  private long freeCount;
  private long usedCount;

  /** An empty chunk. */
  Chunk take() {
    usedCount++;
    Chunk chunk = free;
    if (chunk == null) {
      return new Chunk();
    }
    free = chunk.next;
    freeCount--;
    chunk.next = null;
    chunk.end = 0;
    return chunk;
  }

  void giveBack(Chunk chunk) {
    usedCount--;
    chunk.next = free;
    free = chunk;
    freeCount++;
    while (freeCount > usedCount + KEPT_MIN && free != null) {
      free = free.next;
      freeCount--;
    }
  }

  /** What all chunks take, those in use and those that are free. */
  long bytes() {
    return (usedCount + freeCount) * Chunk.BYTES;
  }
}
