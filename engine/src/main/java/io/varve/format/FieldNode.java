package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;

/**
 * A node of a tree of keys. Its entries have rising keys, each written as what it does not share
 * with the one before. In a leaf a key leads to numbers of blocks, in an inner node to the node whose
 * first key it is.
 *
 * <pre>
 *  0 u32 CRC32C of the rest    8 i32 entries, from 1     16 i64 where the first child begins, the
 *  4 i32 bytes of all         12 i32 level, 0 for a leaf        others right behind; 0 in a leaf
 * 24 entries: u8 in its upper half how many bytes of the key before it begins with, in its lower half
 *    how many follow, or 15 and then a u8 for each; these bytes; then
 *    in a leaf: a varint. If even, its half is the one block, less the first block of the entry
 *       before, in zigzag; if odd, its half is how many blocks follow: the first likewise, and of
 *       each other one its distance from the one before, less 1
 *    in an inner node: varint of the child's bytes
 * </pre>
 *
 * <p>Thread: confined to one; moves from entry to entry.
 */
public final class FieldNode {

  public static final int HEADER_BYTES = 24;

  /** No key is longer. */
  public static final int KEY_BYTES_MAX = 128;

  /** A larger node is refused. */
  public static final int BYTES_MAX = 1 << 27;

  /** No tree has more levels. */
  public static final int DEPTH_MAX = 16;

  private static final int LONG_FORM = 15;

  private final String file;
  private final long position;
  private final ByteBuffer bytes;
  private final int level;
  private final int blocks;
  private final byte[] key = new byte[2 * 255];

  private int keyLength;
  private int left;
  private int firstBlock;

  // What stands behind the key of the entry.
  private long head;
  private int nextAt;

  private FieldNode(ByteBuffer bytes, int level, int count, int blocks, String file, long position) {
    this.bytes = bytes;
    this.level = level;
    this.left = count;
    this.blocks = blocks;
    this.file = file;
    this.position = position;
    this.nextAt = HEADER_BYTES;
  }

  /** How many bytes the node has that begins with {@code prefix}, its first eight. */
  public static int length(ByteBuffer prefix, long position, String file) {
    int length = prefix.limit() < 8 ? 0 : prefix.getInt(4);
    if (length < HEADER_BYTES || length > BYTES_MAX) {
      throw new CorruptionException(
          file, position, "a node of " + HEADER_BYTES + " to " + BYTES_MAX + " bytes", length + "");
    }
    return length;
  }

  /**
   * Checks a node and stands before its first entry.
   *
   * @param blocks how many blocks the segment has
   */
  public static FieldNode decode(
      ByteBuffer bytes, int level, int blocks, String file, long position) {
    ByteBuffer from = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (from.limit() < HEADER_BYTES || from.getInt(4) != from.limit()) {
      throw new CorruptionException(
          file, position, "a node of " + from.limit() + " bytes", "another one");
    }
    int found = Checksum.of(from, 4, from.limit() - 4);
    if (found != from.getInt(0)) {
      throw new CorruptionException(
          file,
          position,
          "a node with CRC32C " + Fixed64.hex(from.getInt(0)),
          "CRC32C " + Fixed64.hex(found));
    }
    int count = from.getInt(8);
    if (from.getInt(12) != level || count < 1 || count > from.limit()) {
      throw new CorruptionException(
          file,
          position,
          "a node of level " + level + " with entries",
          "one of level " + from.getInt(12) + " with " + count);
    }
    return new FieldNode(from, level, count, blocks, file, position);
  }

  /** Steps to the next entry; false behind the last. */
  public boolean next() {
    if (left == 0) {
      if (nextAt != bytes.limit()) {
        throw corrupt("the end of the node", (bytes.limit() - nextAt) + " more bytes");
      }
      return false;
    }
    left--;
    bytes.position(nextAt);
    if (!bytes.hasRemaining()) {
      throw corrupt("an entry", "the end of the node");
    }
    int form = bytes.get() & 0xff;
    int shared = form >>> 4;
    int length = form & 15;
    if (length == LONG_FORM) {
      if (bytes.remaining() < 2) {
        throw corrupt("an entry", "the end of the node");
      }
      shared = bytes.get() & 0xff;
      length = bytes.get() & 0xff;
    }
    if (shared > keyLength
        || shared + length > KEY_BYTES_MAX
        || length > bytes.remaining()) {
      throw corrupt("a key of at most " + KEY_BYTES_MAX + " bytes", shared + " and " + length);
    }
    bytes.get(key, shared, length);
    keyLength = shared + length;
    head = var(bytes, file);
    nextAt = bytes.position();
    if (level == 0) {
      passPostings();
    }
    return true;
  }

  /** The key of the entry, valid up to {@link #keyLength}, until the next step. */
  public byte[] key() {
    return key;
  }

  public int keyLength() {
    return keyLength;
  }

  /** The length of the child that an inner node's entry leads to. */
  public long childBytes() {
    return head;
  }

  /** Where an inner node's first child begins. */
  public long firstChild() {
    return bytes.getLong(16);
  }

  private int postingsAt;
  private int postings;

  private void passPostings() {
    if ((head & 1) == 0) {
      firstBlock = block((long) firstBlock + unzig(head >>> 1));
      postings = 1;
      return;
    }
    long count = head >>> 1;
    if (count < 2 || count > bytes.remaining()) {
      throw corrupt("numbers of blocks within the node", count + " of them");
    }
    postings = (int) count;
    firstBlock = block((long) firstBlock + unzig(var(bytes, file)));
    postingsAt = bytes.position();
    for (long i = 1; i < count; ) {
      if (!bytes.hasRemaining()) {
        throw corrupt("numbers of blocks within the node", "its end");
      }
      if (bytes.get() >= 0) {
        i++;
      }
    }
    nextAt = bytes.position();
  }

  /** The blocks that a leaf's entry leads to. */
  public void addBlocks(BitSet to) {
    forEachBlock(to::set);
  }

  /** The blocks that a leaf's entry leads to, rising. */
  public void forEachBlock(IntConsumer to) {
    int block = firstBlock;
    to.accept(block);
    if (postings > 1) {
      bytes.position(postingsAt);
      for (int i = 1; i < postings; i++) {
        block = block(block + 1 + var(bytes, file));
        to.accept(block);
      }
    }
  }

  private int block(long number) {
    if (number < 0 || number >= blocks) {
      throw corrupt("a block below " + blocks, "block " + number);
    }
    return (int) number;
  }

  private CorruptionException corrupt(String expected, String found) {
    return new CorruptionException(file, position, "in a node " + expected, found);
  }

  static long unzig(long raw) {
    return raw >>> 1 ^ -(raw & 1);
  }

  static long zig(long number) {
    return number << 1 ^ number >> 63;
  }

  /** Reads an unsigned LEB128 number of up to nine bytes. */
  static long var(ByteBuffer from, String file) {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      if (!from.hasRemaining()) {
        throw new CorruptionException(file, from.position(), "a number", "the end");
      }
      int next = from.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new CorruptionException(file, from.position(), "a number of nine bytes", "a longer one");
  }

  static void putVar(long number, ByteBuffer to) {
    long left = number;
    while ((left & ~0x7fL) != 0) {
      to.put((byte) (left | 0x80));
      left >>>= 7;
    }
    to.put((byte) left);
  }

  /** Makes nodes. Thread: confined to one. */
  public static final class Builder {

    private final byte[] last = new byte[KEY_BYTES_MAX];
    private ByteBuffer to = ByteBuffer.allocate(32 << 10).order(ByteOrder.LITTLE_ENDIAN);
    private int lastLength;
    private int count;
    private int level;
    private int firstBlock;

    /** Begins a node. */
    public void begin(int ofLevel, long firstChild) {
      level = ofLevel;
      count = 0;
      lastLength = 0;
      firstBlock = 0;
      to.clear().position(HEADER_BYTES).putLong(16, firstChild);
    }

    /** How many bytes it has so far. */
    public int bytes() {
      return to.position();
    }

    public int count() {
      return count;
    }

    private void putKey(byte[] key, int length) {
      int most = Math.min(length, lastLength);
      int difference = Arrays.mismatch(key, 0, most, last, 0, most);
      int shared = difference < 0 ? most : difference;
      int more = length - shared;
      if (shared < 16 && more < LONG_FORM) {
        to.put((byte) (shared << 4 | more));
      } else {
        to.put((byte) LONG_FORM).put((byte) shared).put((byte) more);
      }
      to.put(key, shared, more);
      System.arraycopy(key, 0, last, 0, length);
      lastLength = length;
      count++;
    }

    /** Adds an entry to a leaf; {@code blocks} rise and are different. */
    public void add(byte[] key, int length, int[] blocks, int blockCount) {
      room(KEY_BYTES_MAX + 32 + 5 * blockCount);
      putKey(key, length);
      long first = zig((long) blocks[0] - firstBlock);
      firstBlock = blocks[0];
      if (blockCount == 1) {
        putVar(first << 1, to);
        return;
      }
      putVar((long) blockCount << 1 | 1, to);
      putVar(first, to);
      for (int i = 1; i < blockCount; i++) {
        putVar((long) blocks[i] - blocks[i - 1] - 1, to);
      }
    }

    /** Adds an entry to an inner node. */
    public void addChild(byte[] key, int length, int childBytes) {
      room(KEY_BYTES_MAX + 32);
      putKey(key, length);
      putVar(childBytes, to);
    }

    private void room(int bytes) {
      if (to.remaining() < bytes) {
        ByteBuffer larger =
            ByteBuffer.allocate(Math.max(2 * to.capacity(), to.position() + bytes))
                .order(ByteOrder.LITTLE_ENDIAN);
        to = larger.put(to.flip());
      }
    }

    /** The node, until the next one begins. */
    public ByteBuffer finish() {
      to.flip();
      to.putInt(4, to.limit()).putInt(8, count).putInt(12, level);
      return to.putInt(0, Checksum.of(to, 4, to.limit() - 4));
    }
  }
}
