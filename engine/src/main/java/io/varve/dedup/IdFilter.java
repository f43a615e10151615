package io.varve.dedup;

/**
 * Says of most ids that are not in a bucket that they aren't, and never so of one that is: of a
 * thousand others it lets one or two pass. Two bytes an id.
 *
 * <p>Thread: confined to one at a time.
 */
final class IdFilter {

  // A Bloom filter in blocks of 512 bits (Putze, Sanders and Singler, 2007), so that a look-up
  // waits for memory once. Of a block's eight words an id has two, one of the first four and one of
  // the last, and in each up to four bits; both are compared before anything is decided, so that
  // the processor can go on to the next filter while it waits. The block is chosen by the id's
  // upper half, in the ids' order, the bits by the lower.

  private static final int BITS_PER_ID = 16;
  private static final int WORDS = 8;

  private final long[] words;
  private final long blocks;

  /**
   * @param count how many ids it will have
   */
  IdFilter(long count) {
    this.blocks = blocks(count);
    this.words = new long[(int) blocks * WORDS];
  }

  private static long blocks(long count) {
    return Math.max(1, (count * BITS_PER_ID + WORDS * Long.SIZE - 1) / (WORDS * Long.SIZE));
  }

  /** Bytes of memory for so many ids. */
  static long bytes(long count) {
    return blocks(count) * WORDS * Long.BYTES;
  }

  long bytes() {
    return (long) words.length * Long.BYTES;
  }

  private int block(long high) {
    return (int) (((high >>> 32) * blocks) >>> 32) * WORDS;
  }

  /** Which of the first four words an id has. */
  static int firstWord(long low) {
    return (int) (low & 3);
  }

  /** Which of the last four words an id has. */
  static int secondWord(long low) {
    return 4 + (int) ((low >>> 2) & 3);
  }

  /** An id's bits in its first word. */
  static long firstBits(long low) {
    return 1L << (low >>> 4) | 1L << (low >>> 10) | 1L << (low >>> 16) | 1L << (low >>> 22);
  }

  /** An id's bits in its second word. */
  static long secondBits(long low) {
    return 1L << (low >>> 28) | 1L << (low >>> 34) | 1L << (low >>> 40) | 1L << (low >>> 46);
  }

  void add(long high, long low) {
    int block = block(high);
    words[block + firstWord(low)] |= firstBits(low);
    words[block + secondWord(low)] |= secondBits(low);
  }

  /** Whether an id may have been added, by its upper half and what its lower one gives. */
  boolean mayHave(long high, int firstWord, long firstBits, int secondWord, long secondBits) {
    int block = block(high);
    long missing =
        (~words[block + firstWord] & firstBits) | (~words[block + secondWord] & secondBits);
    return missing == 0;
  }
}
