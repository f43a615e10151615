package io.varve.state;

import io.varve.base.BadEventException;
import io.varve.format.Checksum;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a record lies in a page, in memory and on disk alike. Little-endian, at a multiple of 8:
 *
 * <pre>
 *  0  u32  CRC32C of bytes 4 up to the end of the value; written when the page is
 *  4  u32  bytes of the value
 *  8  u32  bytes that the value has room for
 * 12  u32  hash (30 bits)
 * 16  u32  bytes of the key
 * 20  u16  table
 * 22  u16  key group
 * 24  u32  suffix: tells apart the records of one key
 * 28       key, value, padding up to a multiple of 8
 * </pre>
 */
final class RecordLayout {

  static final int HEADER_BYTES = 28;

  /** The least that a record takes: a bit for each so many bytes of a page tells it dead. */
  static final int BYTES_MIN = 32;

  /** The most that key and value may have together. */
  static final int BYTES_MAX = 1 << 30;

  static final int HASH_BITS = 30;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long K0 = 0x9E3779B97F4A7C15L;
  private static final long K1 = 0xD6E8FEB86659FD93L;

  private RecordLayout() {}

  /** Bytes from one record's begin to the next one's. */
  static int bytes(int keyLength, int capacity) {
    return (HEADER_BYTES + keyLength + capacity + 7) & ~7;
  }

  /** Checks that key and value may have so many bytes together. */
  static void checkFits(int keyLength, long capacity) {
    if (HEADER_BYTES + keyLength + capacity > BYTES_MAX) {
      throw new BadEventException(
          "A key of "
              + keyLength
              + " bytes with "
              + capacity
              + " bytes of state is more than the "
              + BYTES_MAX
              + " bytes that one record can have");
    }
  }

  static int bytes(ByteBuffer page, int at) {
    return bytes(keyLength(page, at), capacity(page, at));
  }

  static int valueLength(ByteBuffer page, int at) {
    return page.getInt(at + 4);
  }

  static int capacity(ByteBuffer page, int at) {
    return page.getInt(at + 8);
  }

  static int hash(ByteBuffer page, int at) {
    return page.getInt(at + 12);
  }

  static int keyLength(ByteBuffer page, int at) {
    return page.getInt(at + 16);
  }

  static int table(ByteBuffer page, int at) {
    return page.getShort(at + 20) & 0xffff;
  }

  static int keyGroup(ByteBuffer page, int at) {
    return page.getShort(at + 22) & 0xffff;
  }

  static int suffix(ByteBuffer page, int at) {
    return page.getInt(at + 24);
  }

  static int keyAt(int at) {
    return at + HEADER_BYTES;
  }

  static int valueAt(ByteBuffer page, int at) {
    return at + HEADER_BYTES + keyLength(page, at);
  }

  static void setTable(ByteBuffer page, int at, int table) {
    page.putShort(at + 20, (short) table);
  }

  static void setValueLength(ByteBuffer page, int at, int length) {
    page.putInt(at + 4, length);
  }

  static void setValueLengths(ByteBuffer page, int at, int length, int capacity) {
    page.putInt(at + 4, length);
    page.putInt(at + 8, capacity);
  }

  static void write(
      ByteBuffer page,
      int at,
      int table,
      int keyGroup,
      ByteSpan key,
      int suffix,
      int hash,
      int valueLength,
      int capacity) {
    page.putInt(at, 0);
    page.putInt(at + 4, valueLength);
    page.putInt(at + 8, capacity);
    page.putInt(at + 12, hash);
    page.putInt(at + 16, key.length());
    page.putShort(at + 20, (short) table);
    page.putShort(at + 22, (short) keyGroup);
    page.putInt(at + 24, suffix);
    page.put(at + HEADER_BYTES, key.array(), key.offset(), key.length());
  }

  /** The checksum that a record of these bytes has. */
  static int checksum(ByteBuffer page, int at) {
    int length = HEADER_BYTES + keyLength(page, at) + valueLength(page, at);
    return Checksum.of(page, at + 4, length - 4);
  }

  /**
   * A number that stands for a record's place, length, hash, key group and table. Added up over a
   * page they tell whether two lists of its records are the same.
   */
  static long digest(int place, int bytes, int hash, int keyGroup, int table) {
    long where = (long) hash << 32 | place;
    return mix(mix(where ^ bytes * K0) ^ ((long) keyGroup << 16 | table) * K1);
  }

  /**
   * The same of the record at {@code at}.
   *
   * @param place where it is in its page
   */
  static long digest(ByteBuffer buffer, int at, int place) {
    return digest(
        place, bytes(buffer, at), hash(buffer, at), keyGroup(buffer, at), table(buffer, at));
  }

  /** Whether a record at that place is the one asked for. */
  static boolean is(ByteBuffer page, int at, int keyGroup, ByteSpan key, int suffix) {
    int length = key.length();
    if (keyLength(page, at) != length
        || suffix(page, at) != suffix
        || keyGroup(page, at) != keyGroup) {
      return false;
    }
    byte[] array = key.array();
    int from = key.offset();
    int with = at + HEADER_BYTES;
    int i = 0;
    for (; i <= length - 8; i += 8) {
      if ((long) LONGS.get(array, from + i) != page.getLong(with + i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (array[from + i] != page.get(with + i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The hash of a key, before its suffix is mixed in: multiply and xor-shift by words, as in
   * MurmurHash3's finaliser.
   */
  static long hash(int keyGroup, ByteSpan key) {
    byte[] array = key.array();
    int at = key.offset();
    int end = at + key.length();
    long hash = K0 * (keyGroup + 1) ^ key.length();
    for (; at <= end - 8; at += 8) {
      hash = mix(hash ^ (long) LONGS.get(array, at));
    }
    if (at < end) {
      long rest = 0;
      for (int i = at; i < end; i++) {
        rest = rest << 8 | (array[i] & 0xff);
      }
      hash = mix(hash ^ rest);
    }
    return hash;
  }

  /** The hash that a record is indexed by. */
  static int hash(long keyHash, int suffix) {
    return (int) (mix(keyHash + suffix * K1) >>> (Long.SIZE - HASH_BITS));
  }

  private static long mix(long hash) {
    hash = (hash ^ hash >>> 32) * K1;
    return hash ^ hash >>> 29;
  }
}
