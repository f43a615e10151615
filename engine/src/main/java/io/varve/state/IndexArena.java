package io.varve.state;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The memory of a store's indexes: blocks of 8, 16, … 8192 slots of 8 bytes, cut from chunks of 64
 * KiB. Thread: the store's owner.
 */
final class IndexArena {

  static final int LOG_SLOTS_MIN = 3;
  static final int LOG_SLOTS_MAX = 13;

  private static final int CHUNK_BYTES = 8 << LOG_SLOTS_MAX;
  private static final int UNIT_BITS = LOG_SLOTS_MIN + 3;
  private static final int UNITS_BITS = LOG_SLOTS_MAX - LOG_SLOTS_MIN;

  private final ResidentPages memory;
  private ByteBuffer[] chunks = new ByteBuffer[4];
  private int count;

  /** For each size, the blocks that are free, by their references. */
  private final AddressStack[] free = new AddressStack[LOG_SLOTS_MAX + 1];

  private long freeBytes;

  IndexArena(ResidentPages memory) {
    this.memory = memory;
    Arrays.setAll(free, i -> new AddressStack());
  }

  /** The chunk that the block is in. */
  ByteBuffer chunk(int block) {
    return chunks[block >>> UNITS_BITS];
  }

  /** Where in the chunk the block begins. */
  static int at(int block) {
    return (block & ((1 << UNITS_BITS) - 1)) << UNIT_BITS;
  }

  /** A block of so many slots, all of them empty. */
  int allocate(int logSlots) {
    int block = (int) (take(logSlots) - 1);
    ByteBuffer chunk = chunk(block);
    int at = at(block);
    for (int i = 0; i < 8 << logSlots; i += 8) {
      chunk.putLong(at + i, 0);
    }
    freeBytes -= 8L << logSlots;
    return block;
  }

  void free(int block, int logSlots) {
    // One more, since 0 says that a stack is empty.
    free[logSlots].push(block + 1L);
    freeBytes += 8L << logSlots;
  }

  private long take(int logSlots) {
    long block = free[logSlots].pop();
    if (block != 0) {
      return block;
    }
    if (logSlots == LOG_SLOTS_MAX) {
      return newChunk();
    }
    // Halves of the next larger block.
    block = take(logSlots + 1);
    free[logSlots].push(block + (1L << (logSlots - LOG_SLOTS_MIN)));
    return block;
  }

  private long newChunk() {
    if (count == chunks.length) {
      chunks = Arrays.copyOf(chunks, count * 2);
    }
    chunks[count] = memory.frame(CHUNK_BYTES);
    freeBytes += CHUNK_BYTES;
    return ((long) count++ << UNITS_BITS) + 1;
  }

  /** Bytes taken from the store's memory. */
  long bytes() {
    return (long) count * CHUNK_BYTES;
  }

  /** Bytes of those that no block uses. */
  long freeBytes() {
    return freeBytes;
  }

  void close() {
    for (int i = 0; i < count; i++) {
      memory.free(chunks[i]);
    }
    count = 0;
  }
}
