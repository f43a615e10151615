package io.varve.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How a tree's node lies in its record. Its value, little-endian:
 *
 * <pre>
 *  0  u8   {@link RecordKind#LEAF} or {@link RecordKind#INNER}
 *  1  u8   in the root: 1 if suffixes have been given out up to the last and begin anew
 *  2  u16  0
 *  4  u32  number of entries
 *  8  u32  bytes of entries, at the end of the value
 * 12  u32  how many of those belong to no entry any more
 * 16  u32  in the root: the suffix to give to the tree's next record
 * 20       a slot of 12 bytes for each entry, in the keys' order:
 *            u64  the key's first 8 bytes, read big-endian, 0 where it has none, the highest bit
 *                 turned over: a signed number whose order is that of the keys
 *            u32  where the entry is, counted backwards from the value's end
 *          room
 *          entries, the latest first:
 *            u32  bits 9..31: bytes of the key; bit 8: kept out of line; bits 0..7: bytes of value
 *            the key from its 9th byte on
 *            the value: of a leaf, what is kept, or the suffix (u32) of the record that has it
 *            and the bytes (u32) that the record takes;
 *            of an inner node the child's suffix (u32)
 * </pre>
 *
 * <p>Most comparisons thus need a slot only, and a node can be enlarged by moving two blocks, since
 * nothing in it counts from its begin. An inner node's first key is never looked at: its first
 * child has all that is less than the second key.
 */
final class TreeLayout {

  static final int COUNT_AT = 4;
  static final int HEAP_AT = 8;
  static final int GARBAGE_AT = 12;
  static final int NEXT_SUFFIX_AT = 16;
  static final int HEADER_BYTES = 20;
  static final int SLOT_BYTES = 12;
  static final int ENTRY_HEADER_BYTES = 4;

  /** Bytes of a key that are in its slot. */
  static final int PREFIX_BYTES = 8;

  /** The longest key that an entry can tell the length of. */
  static final int KEY_BYTES_MAX = (1 << 23) - 1;

  /** The longest value that an entry can tell the length of; also the mask of its header for it. */
  static final int VALUE_BYTES_MAX = 255;

  /** Bytes of a suffix where a value would be. */
  static final int SUFFIX_BYTES = 4;

  /** Bytes of what a leaf has of a value in a record of its own: its suffix and its bytes. */
  static final int REFERENCE_BYTES = 8;

  /** Set in the header of an entry whose value is in a record of its own. */
  static final int OUT_OF_LINE = 1 << 8;

  private static final int KEY_SHIFT = 9;

  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private TreeLayout() {}

  /** A key's first 8 bytes as they stand in a slot; comparing them compares keys. */
  static long prefix(ByteSpan key) {
    byte[] array = key.array();
    int offset = key.offset();
    int length = key.length();
    long prefix = 0;
    if (length >= PREFIX_BYTES) {
      prefix = (long) BIG_ENDIAN.get(array, offset);
    } else if (length > 0 && offset + PREFIX_BYTES <= array.length) {
      prefix = (long) BIG_ENDIAN.get(array, offset) & (-1L << (Long.SIZE - 8 * length));
    } else {
      for (int i = 0; i < length; i++) {
        prefix |= (array[offset + i] & 0xffL) << (56 - 8 * i);
      }
    }
    return prefix ^ Long.MIN_VALUE;
  }

  /** Writes a key's first 8 bytes, which stand in a slot as {@link #prefix} tells. */
  static void putPrefix(long prefix, byte[] key) {
    BIG_ENDIAN.set(key, 0, prefix ^ Long.MIN_VALUE);
  }

  /** Bytes that an entry and its slot take. */
  static int bytes(int keyLength, int valueLength) {
    return SLOT_BYTES + ENTRY_HEADER_BYTES + Math.max(0, keyLength - PREFIX_BYTES) + valueLength;
  }

  /** The header of an entry. */
  static int entryHeader(int keyLength, int valueLengthAndFlags) {
    return keyLength << KEY_SHIFT | valueLengthAndFlags;
  }

  /** Bytes of the key of an entry with that header. */
  static int keyLength(int header) {
    return header >>> KEY_SHIFT;
  }

  /** Bytes of the value in an entry with that header. */
  static int valueLength(int header) {
    return header & VALUE_BYTES_MAX;
  }

  /** Bytes of an entry that begins with that header. */
  static int entryBytes(int header) {
    return ENTRY_HEADER_BYTES + restBytes(header) + valueLength(header);
  }

  /** Bytes of the key that are in the entry, for those in its slot. */
  static int restBytes(int header) {
    return Math.max(0, keyLength(header) - PREFIX_BYTES);
  }
}
