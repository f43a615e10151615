package io.varve.dedup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Some hundred ids of a bucket with their times, as bytes: a record of its file. A page has all ids
 * that begin with its number's bits, sorted; the whole bytes that all of them have in common are
 * left out. Described in {@code docs/FORMAT.md}.
 */
final class IdPage {

  private static final int IDS_WANTED = 96;
  private static final int PAGE_BITS_MAX = 31;
  private static final int HEADER_BYTES = Long.BYTES + 1;

  private IdPage() {}

  /** With how many bits pages are numbered in a bucket of so many ids. */
  static int pageBits(long count) {
    int bits = 0;
    while (bits < PAGE_BITS_MAX && count >>> bits > IDS_WANTED) {
      bits++;
    }
    return bits;
  }

  /** The number of the page that has the ids with these upper bits. */
  static int number(long high, int pageBits) {
    return pageBits == 0 ? 0 : (int) (high >>> (Long.SIZE - pageBits));
  }

  /**
   * Encodes a page.
   *
   * @param ids of each id the upper half, the lower half and the time, sorted
   * @param count how many ids, at least one
   * @param target is allocated anew if it is too small
   */
  static ByteBuffer encode(long[] ids, int count, int pageBits, ByteBuffer target) {
    long lowest = Long.MAX_VALUE;
    long highest = 0;
    for (int i = 0; i < count; i++) {
      lowest = Math.min(lowest, ids[3 * i + 2]);
      highest = Math.max(highest, ids[3 * i + 2]);
    }
    int timeBytes = (Long.SIZE - Long.numberOfLeadingZeros(highest - lowest) + 7) / 8;
    int left = pageBits / 8;
    // Whole longs are written, of which the next one overwrites what is too much.
    int need = HEADER_BYTES + count * (16 - left + timeBytes);
    ByteBuffer page =
        target.capacity() >= need + Long.BYTES
            ? target.clear()
            : ByteBuffer.allocateDirect(2 * need + Long.BYTES);
    page.order(ByteOrder.LITTLE_ENDIAN).putLong(0, lowest).put(Long.BYTES, (byte) timeBytes);
    int at = HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      page.putLong(at, ids[3 * i]);
      page.putLong(at + Long.BYTES - left, ids[3 * i + 1]);
      page.putLong(at + 2 * Long.BYTES - left, ids[3 * i + 2] - lowest);
      at += 2 * Long.BYTES - left + timeBytes;
    }
    return page.limit(need);
  }

  /**
   * How many ids a page has.
   *
   * @throws IllegalArgumentException if that is no page
   */
  static int count(ByteBuffer page, int pageBits) {
    int bytes = page.remaining() - HEADER_BYTES;
    int timeBytes = bytes < 0 ? -1 : page.get(Long.BYTES);
    if (timeBytes < 0 || timeBytes > Long.BYTES || bytes % stride(page, pageBits) != 0) {
      throw new IllegalArgumentException(
          "a page of " + page.remaining() + " bytes with times of " + timeBytes + " bytes");
    }
    return bytes / stride(page, pageBits);
  }

  private static int stride(ByteBuffer page, int pageBits) {
    return 2 * Long.BYTES - pageBits / 8 + page.get(Long.BYTES);
  }

  /**
   * An id's time, or -1 if it isn't there.
   *
   * @param page from 0 to its limit, little-endian
   * @throws IllegalArgumentException if that is no page
   */
  static long find(ByteBuffer page, int pageBits, long high, long low) {
    int count = count(page, pageBits);
    int left = pageBits / 8;
    int stride = stride(page, pageBits);
    long mask = -1L >>> (8 * left);
    long wanted = high & mask;
    int from = 0;
    int to = count;
    while (from < to) {
      int middle = (from + to) >>> 1;
      long found = page.getLong(HEADER_BYTES + middle * stride) & mask;
      if (Long.compareUnsigned(found, wanted) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    for (int at = HEADER_BYTES + from * stride;
        at < page.limit() && (page.getLong(at) & mask) == wanted;
        at += stride) {
      if (page.getLong(at + Long.BYTES - left) == low) {
        return time(page, at + stride);
      }
    }
    return -1;
  }

  /** Shows a page's ids. */
  static void forEach(ByteBuffer page, int number, int pageBits, IdTable.Visitor visitor) {
    int count = count(page, pageBits);
    int left = pageBits / 8;
    int stride = stride(page, pageBits);
    long mask = -1L >>> (8 * left);
    long prefix = left == 0 ? 0 : ((long) number << (Long.SIZE - pageBits)) & ~mask;
    for (int i = 0; i < count; i++) {
      int at = HEADER_BYTES + i * stride;
      visitor.id(
          prefix | (page.getLong(at) & mask),
          page.getLong(at + Long.BYTES - left),
          time(page, at + stride));
    }
  }

  /** The time whose last byte is before {@code end}. */
  private static long time(ByteBuffer page, int end) {
    long delta = 0;
    for (int i = 1; i <= page.get(Long.BYTES); i++) {
      delta = (delta << 8) | (page.get(end - i) & 0xff);
    }
    return page.getLong(0) + delta;
  }
}
