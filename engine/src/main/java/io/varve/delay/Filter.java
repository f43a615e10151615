package io.varve.delay;

/**
 * Tells of most keys that were never added that they weren't: a Bloom filter in blocks of a cache
 * line (Putze, Sanders and Singler, 2007), with ten bits a key, six of which are set. Of keys that
 * were not added it lets through about one in eighty.
 *
 * <p>Keys are hashes: their bits are taken as they come.
 *
 * <p>Thread: one while keys are added; then any.
 */
final class Filter {

  private static final int LINE_LONGS = 8;
  private static final int KEYS_PER_LINE = 51;
  private static final int BITS_SET = 6;
  private static final int BIT_INDEX_BITS = 9;
  private static final long LINES_MAX = (1L << 28) / LINE_LONGS;

  private final long[] bits;

  private Filter(long[] bits) {
    this.bits = bits;
  }

  /** A filter with room for so many keys. */
  static Filter sized(long keys) {
    long lines = Math.min(LINES_MAX, 1 + keys / KEYS_PER_LINE);
    return new Filter(new long[(int) lines * LINE_LONGS]);
  }

  /** A filter of these bits, whole lines of 64 bytes. */
  static Filter of(long[] bits) {
    return new Filter(bits);
  }

  /** All its bits. */
  long[] bits() {
    return bits;
  }

  void add(long key) {
    int line = line(key);
    long left = mixed(key);
    for (int i = 0; i < BITS_SET; i++) {
      int bit = (int) left & ((1 << BIT_INDEX_BITS) - 1);
      bits[line + (bit >>> 6)] |= 1L << bit;
      left >>>= BIT_INDEX_BITS;
    }
  }

  /** Whether the key may have been added. */
  boolean mayHold(long key) {
    int line = line(key);
    long left = mixed(key);
    for (int i = 0; i < BITS_SET; i++) {
      int bit = (int) left & ((1 << BIT_INDEX_BITS) - 1);
      if ((bits[line + (bit >>> 6)] & 1L << bit) == 0) {
        return false;
      }
      left >>>= BIT_INDEX_BITS;
    }
    return true;
  }

  /** Where the key's line begins. Its high bits choose it, so that sorted keys fill it in order. */
  private int line(long key) {
    long lines = bits.length / LINE_LONGS;
    return (int) (((key >>> 32) * lines) >>> 32) * LINE_LONGS;
  }

  private static long mixed(long key) {
    long mixed = key * 0x9e3779b97f4a7c15L;
    return mixed ^ (mixed >>> 32);
  }
}
