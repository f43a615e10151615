package io.varve.format;

import com.github.luben.zstd.Zstd;
import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;

/**
 * A node of a tree of keys. Its entries have rising keys, each written as what it does not share
 * with the one before. In a leaf a key leads to numbers of blocks, in an inner node to the node
 * whose first key it is.
 *
 * <pre>
 *  0 u32 CRC32C of the rest    8 i32 entries, from 1     16 i64 where the first child begins, the
 *  4 i32 bytes of all         12 i32 level, 0 for a leaf        others right behind; 0 in a leaf
 * 24 of each section: i32 bytes as they stand here, i32 bytes when decompressed; a Zstandard frame
 *    if these differ
 * 48 the sections:
 *    forms, for each entry: u8 in its upper half how many bytes of the key before it begins with, in
 *       its lower half how many follow; or 15, and then a u8 for each
 *    bytes of the keys that follow
 *    numbers, for each entry a varint. In a leaf: if even, its half is the one block, less the first
 *       block of the entry before, in zigzag; if odd, its half is how many blocks follow: the first
 *       likewise, and of each other one its distance from the one before, less 1.
 *       In an inner node: the child's bytes
 * </pre>
 *
 * <p>Thread: confined to one; moves from entry to entry.
 */
public final class FieldNode {

  public static final int HEADER_BYTES = 48;

  /** No key is longer. */
  public static final int KEY_BYTES_MAX = 128;

  /** A larger node is refused. */
  public static final int BYTES_MAX = 1 << 27;

  /** No tree has more levels. */
  public static final int DEPTH_MAX = 16;

  private static final int LONG_FORM = 15;
  private static final int SECTIONS = 3;
  private static final int SECTIONS_AT = 24;

  /** What four bytes of a Zstandard frame can stand for. */
  private static final int EXPANSION_MAX = 1 << 16;

  private final String file;
  private final long position;
  private final int level;
  private final int blocks;
  private final ByteBuffer forms;
  private final ByteBuffer bytes;
  private final ByteBuffer numbers;
  private final long firstChild;
  private final byte[] key = new byte[KEY_BYTES_MAX];

  private int keyLength;
  private int left;

  // What the numbers of the entry say.
  private long childBytes;
  private int firstBlock;
  private int postings;
  private int postingsAt;

  private FieldNode(ByteBuffer from, int level, int count, int blocks, String file, long position) {
    this.level = level;
    this.left = count;
    this.blocks = blocks;
    this.file = file;
    this.position = position;
    this.firstChild = from.getLong(16);
    int at = HEADER_BYTES;
    ByteBuffer[] sections = new ByteBuffer[SECTIONS];
    for (int i = 0; i < SECTIONS; i++) {
      int stored = from.getInt(SECTIONS_AT + 8 * i);
      int length = from.getInt(SECTIONS_AT + 8 * i + 4);
      if (stored < 0
          || stored > from.limit() - at
          || length < stored
          || length > Math.min(BYTES_MAX, (long) stored * EXPANSION_MAX)) {
        throw corrupt("sections within the node", stored + " and " + length + " bytes");
      }
      sections[i] = section(from.slice(at, stored), length);
      at += stored;
    }
    if (at != from.limit()) {
      throw corrupt("the end of the node", (from.limit() - at) + " more bytes");
    }
    forms = sections[0];
    bytes = sections[1];
    numbers = sections[2];
  }

  private ByteBuffer section(ByteBuffer stored, int length) {
    if (length == stored.limit()) {
      return stored;
    }
    byte[] frame = new byte[stored.limit()];
    stored.get(frame);
    if (Zstd.getFrameContentSize(frame) != length) {
      throw corrupt("a section that decompresses to " + length + " bytes", "another one");
    }
    byte[] content = new byte[length];
    long found = Zstd.decompressByteArray(content, 0, length, frame, 0, frame.length);
    if (found != length) {
      throw corrupt("a section that decompresses to " + length + " bytes", found + " bytes");
    }
    return ByteBuffer.wrap(content);
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
    if (from.getInt(12) != level || count < 1) {
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
      if (forms.hasRemaining() || bytes.hasRemaining() || numbers.hasRemaining()) {
        throw corrupt("the end of the node behind its last entry", "more bytes");
      }
      return false;
    }
    left--;
    int form = form();
    int shared = form >>> 4;
    int length = form & 15;
    if (length == LONG_FORM) {
      shared = form();
      length = form();
    }
    if (shared > keyLength || shared + length > KEY_BYTES_MAX || length > bytes.remaining()) {
      throw corrupt("a key of at most " + KEY_BYTES_MAX + " bytes", shared + " and " + length);
    }
    bytes.get(key, shared, length);
    keyLength = shared + length;
    if (level == 0) {
      readPostings();
    } else {
      childBytes = var(numbers, file);
    }
    return true;
  }

  private int form() {
    if (!forms.hasRemaining()) {
      throw corrupt("an entry", "the end of the forms");
    }
    return forms.get() & 0xff;
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
    return childBytes;
  }

  /** Where an inner node's first child begins. */
  public long firstChild() {
    return firstChild;
  }

  private void readPostings() {
    long head = var(numbers, file);
    if ((head & 1) == 0) {
      firstBlock = block(firstBlock + unzig(head >>> 1));
      postings = 1;
      return;
    }
    long count = head >>> 1;
    if (count < 2 || count > numbers.remaining()) {
      throw corrupt("numbers of blocks within the node", count + " of them");
    }
    postings = (int) count;
    firstBlock = block(firstBlock + unzig(var(numbers, file)));
    postingsAt = numbers.position();
    for (int i = 1; i < postings; ) {
      if (!numbers.hasRemaining()) {
        throw corrupt("numbers of blocks within the node", "its end");
      }
      if (numbers.get() >= 0) {
        i++;
      }
    }
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
      int behind = numbers.position();
      numbers.position(postingsAt);
      for (int i = 1; i < postings; i++) {
        block = block(block + 1 + var(numbers, file));
        to.accept(block);
      }
      numbers.position(behind);
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

    private static final int ZSTD_LEVEL = 1;

    /** Shorter sections are not compressed. */
    private static final int FRAME_BYTES_MIN = 256;

    private final byte[] last = new byte[KEY_BYTES_MAX];
    private final ByteBuffer[] sections = new ByteBuffer[SECTIONS];
    private byte[] frame = new byte[0];
    private ByteBuffer to = ByteBuffer.allocate(0);
    private int lastLength;
    private int count;
    private int level;
    private int firstBlock;
    private long firstChild;

    public Builder() {
      for (int i = 0; i < SECTIONS; i++) {
        sections[i] = ByteBuffer.allocate(8 << 10);
      }
    }

    /** Begins a node. */
    public void begin(int ofLevel, long ofFirstChild) {
      level = ofLevel;
      firstChild = ofFirstChild;
      count = 0;
      lastLength = 0;
      firstBlock = 0;
      for (ByteBuffer section : sections) {
        section.clear();
      }
    }

    /** How many bytes it has so far, not compressed. */
    public int bytes() {
      return HEADER_BYTES
          + sections[0].position()
          + sections[1].position()
          + sections[2].position();
    }

    public int count() {
      return count;
    }

    private void putKey(byte[] key, int length) {
      int most = Math.min(length, lastLength);
      int difference = Arrays.mismatch(key, 0, most, last, 0, most);
      int shared = difference < 0 ? most : difference;
      int more = length - shared;
      ByteBuffer forms = section(0, 3);
      if (shared < 16 && more < LONG_FORM) {
        forms.put((byte) (shared << 4 | more));
      } else {
        forms.put((byte) LONG_FORM).put((byte) shared).put((byte) more);
      }
      section(1, more).put(key, shared, more);
      System.arraycopy(key, 0, last, 0, length);
      lastLength = length;
      count++;
    }

    /** Adds an entry to a leaf; {@code blocks} rise and are different. */
    public void add(byte[] key, int length, int[] blocks, int blockCount) {
      putKey(key, length);
      ByteBuffer numbers = section(2, 32 + 5 * blockCount);
      long first = zig((long) blocks[0] - firstBlock);
      firstBlock = blocks[0];
      if (blockCount == 1) {
        putVar(first << 1, numbers);
        return;
      }
      putVar((long) blockCount << 1 | 1, numbers);
      putVar(first, numbers);
      for (int i = 1; i < blockCount; i++) {
        putVar((long) blocks[i] - blocks[i - 1] - 1, numbers);
      }
    }

    /** Adds an entry to an inner node. */
    public void addChild(byte[] key, int length, int bytesOfChild) {
      putKey(key, length);
      putVar(bytesOfChild, section(2, 32));
    }

    /** A section with so much room. */
    private ByteBuffer section(int number, int room) {
      ByteBuffer section = sections[number];
      if (section.remaining() < room) {
        section =
            ByteBuffer.allocate(Math.max(2 * section.capacity(), section.position() + room))
                .put(section.flip());
        sections[number] = section;
      }
      return section;
    }

    /** The node, until the next one begins. */
    public ByteBuffer finish() {
      if (to.capacity() < bytes()) {
        to = ByteBuffer.allocate(2 * bytes()).order(ByteOrder.LITTLE_ENDIAN);
      }
      to.clear().position(HEADER_BYTES);
      for (int i = 0; i < SECTIONS; i++) {
        int length = sections[i].position();
        int stored = putSection(sections[i].array(), length);
        to.putInt(SECTIONS_AT + 8 * i, stored).putInt(SECTIONS_AT + 8 * i + 4, length);
      }
      to.flip();
      to.putInt(4, to.limit()).putInt(8, count).putInt(12, level).putLong(16, firstChild);
      return to.putInt(0, Checksum.of(to, 4, to.limit() - 4));
    }

    private int putSection(byte[] section, int length) {
      if (length >= FRAME_BYTES_MIN) {
        int most = (int) Zstd.compressBound(length);
        if (frame.length < most) {
          frame = new byte[most];
        }
        long made = Zstd.compressByteArray(frame, 0, frame.length, section, 0, length, ZSTD_LEVEL);
        if (!Zstd.isError(made) && made < length) {
          to.put(frame, 0, (int) made);
          return (int) made;
        }
      }
      to.put(section, 0, length);
      return length;
    }
  }
}
