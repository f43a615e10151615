package io.varve.state;

import io.varve.base.BadEventException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * From the hashes of a table's records to their addresses. Which of several records with one hash
 * is meant, only the records tell.
 *
 * <p>Extendible hashing (Fagin et al., 1979): the highest bits of a hash choose a block through a
 * directory, its lowest the slot in the block, and a slot that is taken sends to the next. A block
 * doubles up to 1024 slots and then splits, so that no growth takes longer than moving so many. A
 * slot is hash and address in one word; 0 is empty.
 *
 * <p>Thread: the store's owner.
 */
final class KeyIndex {

  private static final int HASH_BITS = RecordLayout.HASH_BITS;
  private static final long ADDRESS_MASK = (1L << Address.BITS) - 1;

  /** Larger blocks than this split. */
  private static final int LOG_SLOTS_SPLIT = 10;

  /** As many records are expected in a block that is reserved; few blocks get too many then. */
  private static final int RESERVED_RECORDS = 800;

  private static final int DEPTH_MAX = HASH_BITS - LOG_SLOTS_SPLIT;

  private final IndexArena arena;

  /** Numbers of blocks, by the highest {@link #depth} bits of a hash. */
  private int[] directory = {0};

  private int depth;

  private int[] references = new int[1];
  private byte[] logSlots = new byte[1];
  private byte[] depths = new byte[1];
  private int[] counts = new int[1];
  private int blocks = 1;
  private long size;

  // Where a search stands.
  private ByteBuffer chunk;
  private int base;
  private int mask;
  private int slot;
  private int hash;

  KeyIndex(IndexArena arena) {
    this.arena = arena;
    logSlots[0] = IndexArena.LOG_SLOTS_MIN;
    references[0] = arena.allocate(IndexArena.LOG_SLOTS_MIN);
    chunk = arena.chunk(references[0]);
  }

  /** Records in the index. */
  long size() {
    return size;
  }

  private int blockOf(int hash) {
    return directory[hash >>> (HASH_BITS - depth)];
  }

  // ---- searching

  /** The address of the first record of that hash, or 0 if there is none. */
  long first(int hash) {
    int block = blockOf(hash);
    int reference = references[block];
    this.chunk = arena.chunk(reference);
    this.base = IndexArena.at(reference);
    this.mask = (1 << logSlots[block]) - 1;
    this.slot = hash & mask;
    this.hash = hash;
    return atOrBehind();
  }

  /**
   * Looks at the slot where a search for that hash begins. Several are looked at in the time of
   * one, if nothing depends on what is there: who searches for many looks at all of them first.
   */
  long touch(int hash) {
    int block = blockOf(hash);
    int reference = references[block];
    int home = hash & ((1 << logSlots[block]) - 1);
    return arena.chunk(reference).getLong(IndexArena.at(reference) + (home << 3));
  }

  /** The address of the next record of the hash that {@link #first} was asked for, or 0. */
  long next() {
    slot = (slot + 1) & mask;
    return atOrBehind();
  }

  private long atOrBehind() {
    long content;
    while ((content = chunk.getLong(base + (slot << 3))) != 0) {
      if ((int) (content >>> Address.BITS) == hash) {
        return content & ADDRESS_MASK;
      }
      slot = (slot + 1) & mask;
    }
    return 0;
  }

  /** Moves the search to the slot with that very address; false if there is none. */
  private boolean seek(int hash, long address) {
    for (long found = first(hash); found != 0; found = next()) {
      if (found == address) {
        return true;
      }
    }
    return false;
  }

  // ---- changing

  /**
   * Makes room for so many records at once, which is quicker than growing as they come. Does
   * nothing if there are records already.
   */
  void reserve(long records) {
    if (size > 0 || blocks > 1) {
      return;
    }
    int wanted = 0;
    while (wanted < DEPTH_MAX && records >> wanted > RESERVED_RECORDS) {
      wanted++;
    }
    int slots = logSlots[0];
    while (slots < LOG_SLOTS_SPLIT && (wanted > 0 || records >= (3L << slots) >> 2)) {
      slots++;
    }
    if (slots == logSlots[0]) {
      return;
    }
    int count = 1 << wanted;
    arena.free(references[0], logSlots[0]);
    blocks = 0;
    while (blocks < count) {
      int block = newBlock();
      references[block] = arena.allocate(slots);
      logSlots[block] = (byte) slots;
      depths[block] = (byte) wanted;
    }
    depth = wanted;
    directory = new int[count];
    Arrays.setAll(directory, i -> i);
  }

  /** Bytes of memory that {@link #reserve} takes for so many records, at the most. */
  static long reservedBytes(long records) {
    return Math.max(8 << IndexArena.LOG_SLOTS_MIN, 3 * 8 * records);
  }

  /** Takes in a slot's content, as {@link #content} makes it. */
  void insert(long content) {
    insert(blockWithRoom((int) (content >>> Address.BITS)), content);
  }

  /**
   * The block for one more record of that hash, with room for it as long as the index isn't
   * changed. If there is no memory for it, the index stays as it is.
   */
  int blockWithRoom(int hash) {
    int block = blockOf(hash);
    while (counts[block] >= (7 << logSlots[block]) >>> 3) {
      grow(block, hash);
      block = blockOf(hash);
    }
    return block;
  }

  /** Takes in a slot's content, in the block that {@link #blockWithRoom} has told. Never fails. */
  void insert(int block, long content) {
    put(block, content);
    counts[block]++;
    size++;
  }

  /** Lets the slot of a record lead elsewhere; false if no slot leads to {@code before}. */
  boolean replace(int hash, long before, long address) {
    if (!seek(hash, before)) {
      return false;
    }
    chunk.putLong(base + (slot << 3), content(hash, address));
    return true;
  }

  /** Removes a record; false if no slot leads to it. */
  boolean remove(int hash, long address) {
    if (!seek(hash, address)) {
      return false;
    }
    // Those behind move up, so that no search ends too early (Knuth, vol. 3, 6.4, algorithm R).
    int hole = slot;
    int at = hole;
    while (true) {
      at = (at + 1) & mask;
      long content = chunk.getLong(base + (at << 3));
      if (content == 0) {
        break;
      }
      int home = (int) (content >>> Address.BITS) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        chunk.putLong(base + (hole << 3), content);
        hole = at;
      }
    }
    chunk.putLong(base + (hole << 3), 0);
    counts[blockOf(hash)]--;
    size--;
    return true;
  }

  /** What a slot holds that leads from the hash to the address. */
  static long content(int hash, long address) {
    return (long) hash << Address.BITS | address;
  }

  private void put(int block, long content) {
    int reference = references[block];
    ByteBuffer to = arena.chunk(reference);
    int from = IndexArena.at(reference);
    int last = (1 << logSlots[block]) - 1;
    int at = (int) (content >>> Address.BITS) & last;
    while (to.getLong(from + (at << 3)) != 0) {
      at = (at + 1) & last;
    }
    to.putLong(from + (at << 3), content);
  }

  private void grow(int block, int hash) {
    if (logSlots[block] < LOG_SLOTS_SPLIT) {
      enlarge(block);
    } else if (depths[block] < DEPTH_MAX) {
      split(block, hash);
    } else if (logSlots[block] < IndexArena.LOG_SLOTS_MAX) {
      enlarge(block);
    } else {
      throw new BadEventException(
          "Thousands of keys of one state have nearly the same hash; they can't be told apart");
    }
  }

  private void enlarge(int block) {
    int before = references[block];
    int slots = logSlots[block];
    references[block] = arena.allocate(slots + 1);
    logSlots[block]++;
    ByteBuffer from = arena.chunk(before);
    int at = IndexArena.at(before);
    for (int i = 0; i < 8 << slots; i += 8) {
      long content = from.getLong(at + i);
      if (content != 0) {
        put(block, content);
      }
    }
    arena.free(before, slots);
  }

  private void split(int block, int hash) {
    if (depths[block] == depth) {
      int[] larger = new int[directory.length * 2];
      for (int i = 0; i < larger.length; i++) {
        larger[i] = directory[i >>> 1];
      }
      directory = larger;
      depth++;
    }
    int before = references[block];
    int slots = logSlots[block];
    // Both before anything is touched: the memory may turn out to be full.
    int low = arena.allocate(slots);
    int high;
    try {
      high = arena.allocate(slots);
    } catch (RuntimeException | Error e) {
      arena.free(low, slots);
      throw e;
    }
    int sibling = newBlock();
    references[block] = low;
    references[sibling] = high;
    logSlots[sibling] = (byte) slots;
    depths[block]++;
    depths[sibling] = depths[block];
    counts[block] = 0;
    counts[sibling] = 0;
    int bit = HASH_BITS - depths[block];
    int width = depth - depths[block];
    int first = (hash >>> (HASH_BITS - depth) >>> (width + 1)) << (width + 1);
    Arrays.fill(directory, first + (1 << width), first + (2 << width), sibling);
    ByteBuffer from = arena.chunk(before);
    int at = IndexArena.at(before);
    for (int i = 0; i < 8 << slots; i += 8) {
      long content = from.getLong(at + i);
      if (content != 0) {
        int to = ((content >>> (Address.BITS + bit)) & 1) == 0 ? block : sibling;
        put(to, content);
        counts[to]++;
      }
    }
    arena.free(before, slots);
  }

  private int newBlock() {
    if (blocks == references.length) {
      int larger = blocks * 2;
      logSlots = Arrays.copyOf(logSlots, larger);
      depths = Arrays.copyOf(depths, larger);
      counts = Arrays.copyOf(counts, larger);
      references = Arrays.copyOf(references, larger);
    }
    return blocks++;
  }

  // ---- going through all

  /** A hash that no record has; those of all records are below. */
  static final int HASHES = 1 << HASH_BITS;

  /** Where the hashes begin that are in the block behind that of {@code hash}. */
  int nextBlock(int hash) {
    int width = HASH_BITS - depths[blockOf(hash)];
    return ((hash >>> width) + 1) << width;
  }

  /**
   * Copies the addresses in the block of that hash into {@code target}, which has room for {@link
   * #SLOTS_MAX}; returns how many.
   */
  int addresses(int hash, long[] target) {
    int block = blockOf(hash);
    ByteBuffer from = arena.chunk(references[block]);
    int at = IndexArena.at(references[block]);
    int count = 0;
    for (int i = 0; i < 8 << logSlots[block]; i += 8) {
      long content = from.getLong(at + i);
      if (content != 0) {
        target[count++] = content & ADDRESS_MASK;
      }
    }
    return count;
  }

  static final int SLOTS_MAX = 1 << IndexArena.LOG_SLOTS_MAX;

  /** Gives the index's memory back. */
  void clear() {
    for (int i = 0; i < blocks; i++) {
      arena.free(references[i], logSlots[i]);
    }
    directory = new int[] {0};
    depth = 0;
    blocks = 1;
    size = 0;
    depths[0] = 0;
    counts[0] = 0;
    logSlots[0] = IndexArena.LOG_SLOTS_MIN;
    references[0] = arena.allocate(IndexArena.LOG_SLOTS_MIN);
  }
}
