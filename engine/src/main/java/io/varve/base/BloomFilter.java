package io.varve.base;

/**
 * Says of most keys that were never added that they weren't, and never so of one that was. With 16
 * bits a key it lets one or two of a thousand others pass, with 10 bits about one of fifty.
 *
 * <p>A key is a hash of 128 bits or less, of which an upper and a lower half are taken as they are.
 *
 * <p>Thread: confined to one at a time; asking is safe once all have been added.
 */
public final class BloomFilter {

  // A Bloom filter in blocks of 512 bits (Putze, Sanders and Singler, 2007), so that a look-up
  // waits for memory once. Of a block's eight words a key has two, one of the first four and one of
  // the last, and in each up to four bits; both are compared before anything is decided, so that
  // the processor can go on to the next filter while it waits. The block is chosen by the key's
  // upper half, in the keys' order, the bits by the lower.

  /** Words of a block. */
  private static final int WORDS = 8;

  /** No filter has more words. */
  public static final int WORDS_MAX = 1 << 28;

  private final long[] words;
  private final long blocks;

  private BloomFilter(long[] words) {
    this.words = words;
    this.blocks = words.length / WORDS;
  }

  /** A filter for so many keys, with nothing in it. */
  public static BloomFilter sized(long keys, int bitsPerKey) {
    return new BloomFilter(new long[(int) blocks(keys, bitsPerKey) * WORDS]);
  }

  /** The filter of these words: whole blocks, one at least. */
  public static BloomFilter of(long[] words) {
    return new BloomFilter(words);
  }

  private static long blocks(long keys, int bitsPerKey) {
    long bits = (long) WORDS * Long.SIZE;
    return Math.min(WORDS_MAX / WORDS, Math.max(1, (keys * bitsPerKey + bits - 1) / bits));
  }

  /** Bytes of memory for so many keys. */
  public static long bytes(long keys, int bitsPerKey) {
    return blocks(keys, bitsPerKey) * WORDS * Long.BYTES;
  }

  public long bytes() {
    return (long) words.length * Long.BYTES;
  }

  /** All that it knows; not a copy. */
  public long[] words() {
    return words;
  }

  private int block(long high) {
    return (int) (((high >>> 32) * blocks) >>> 32) * WORDS;
  }

  /** Which of the first four words a key has. */
  public static int firstWord(long low) {
    return (int) (low & 3);
  }

  /** Which of the last four words a key has. */
  public static int secondWord(long low) {
    return 4 + (int) ((low >>> 2) & 3);
  }

  /** A key's bits in its first word. */
  public static long firstBits(long low) {
    return 1L << (low >>> 4) | 1L << (low >>> 10) | 1L << (low >>> 16) | 1L << (low >>> 22);
  }

  /** A key's bits in its second word. */
  public static long secondBits(long low) {
    return 1L << (low >>> 28) | 1L << (low >>> 34) | 1L << (low >>> 40) | 1L << (low >>> 46);
  }

  public void add(long high, long low) {
    int block = block(high);
    words[block + firstWord(low)] |= firstBits(low);
    words[block + secondWord(low)] |= secondBits(low);
  }

  /** Whether a key may have been added. */
  public boolean mayHave(long high, long low) {
    return mayHave(high, firstWord(low), firstBits(low), secondWord(low), secondBits(low));
  }

  /** The same, by what the lower half gives: for who asks several filters. */
  public boolean mayHave(
      long high, int firstWord, long firstBits, int secondWord, long secondBits) {
    int block = block(high);
    long missing =
        (~words[block + firstWord] & firstBits) | (~words[block + secondWord] & secondBits);
    return missing == 0;
  }
}
