package io.varve.state;

import io.varve.base.CorruptionException;
import io.varve.format.Checksum;
import io.varve.format.Fixed64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What stands at the end of a file of pages: how long each page is, and for every record its key
 * group, table, place and hash, in the order of key groups, then tables, then places. By it a store
 * is opened without reading records.
 *
 * <pre>
 * u32 pages;   for each: u32 bytes in use
 * u32 groups;  for each: u16 key group, u16 table, u32 records, u32 bytes of what follows on them
 * for each group, for each record: varint of the place's distance from the one before,
 *                                  varint of the record's bytes / 8, u32 hash
 * from version 2 on:
 * {@link Timestamps} of all tables that have any
 * </pre>
 *
 * <p>A file in which no table has timestamps is of version 1.
 *
 * <p>A place is (page in the file &lt;&lt; 15) | byte in the page / 8. Behind the footer stand 64
 * bytes: magic, checksum, format version, and the footer's position, length and CRC32C.
 */
final class StateFooter {

  private static final long TRAILER_MAGIC = Fixed64.magic("VARVESTF");

  /** With timestamps. */
  private static final int FORMAT_VERSION_MAX = 2;

  private static final int UNIT_BITS = 3;
  private static final int IN_PAGE_BITS = Page.BITS - UNIT_BITS;
  private static final long FOOTER_BYTES_MAX = 1 << 30;

  /**
   * A file to which no page is added any more when this is reached has a footer that can be read:
   * there is room for one more page, and for the timestamps of all tables that there can be.
   */
  static final long FOOTER_BYTES_FULL = FOOTER_BYTES_MAX - (64 << 20);

  /** Two of one byte, and a hash. */
  private static final int RECORD_BYTES_MIN = 6;

  private StateFooter() {}

  /** Takes the records of one key group and table, in the order of their places. */
  interface Group {
    void begin(int keyGroup, int table);

    void record(int page, int at, int bytes, int hash);
  }

  /** Gathers a footer while pages are written. Thread: confined to its user. */
  static final class Builder {
    private int[] pageBytes = new int[16];
    private int pages;
    private int[] groups = new int[1024];
    private int[] hashes = new int[1024];
    private int[] units = new int[1024];
    private int[] pageOf = new int[1024];
    private int[] sizes = new int[1024];
    private int records;

    /** Bytes that records take at the most. */
    private long recordBytesMax;

    private final BitSet tables = new BitSet();
    private final BitSet keyGroups = new BitSet();

    void page(int bytes) {
      if (pages == pageBytes.length) {
        pageBytes = Arrays.copyOf(pageBytes, pages * 2);
      }
      pageBytes[pages++] = bytes;
    }

    /** A record of the page that was begun last. */
    void record(int keyGroup, int table, int at, int bytes, int hash) {
      if (records == groups.length) {
        groups = Arrays.copyOf(groups, records * 2);
        hashes = Arrays.copyOf(hashes, records * 2);
        units = Arrays.copyOf(units, records * 2);
        pageOf = Arrays.copyOf(pageOf, records * 2);
        sizes = Arrays.copyOf(sizes, records * 2);
      }
      groups[records] = keyGroup << 16 | table;
      hashes[records] = hash;
      units[records] = at >>> UNIT_BITS;
      pageOf[records] = pages - 1;
      sizes[records] = bytes >>> UNIT_BITS;
      // The distance of a place from the one before is no more than the place.
      recordBytesMax += varintBytes(place(records)) + varintBytes(sizes[records]) + Integer.BYTES;
      tables.set(table);
      keyGroups.set(keyGroup);
      records++;
    }

    private long place(int record) {
      return (long) pageOf[record] << IN_PAGE_BITS | units[record];
    }

    /** Bytes that the footer takes at the most, but for timestamps. */
    long bytesMax() {
      long groupsMax = Math.min(records, (long) tables.cardinality() * keyGroups.cardinality());
      return 8 + 4L * pages + 12 * groupsMax + recordBytesMax;
    }

    int pages() {
      return pages;
    }

    int records() {
      return records;
    }

    /** Footer and trailer, for a file whose footer begins at {@code position}. */
    ByteBuffer finish(long position, List<Timestamps> timestamps) {
      int[] order = order();
      int groupCount = 0;
      for (int i = 0; i < records; i++) {
        groupCount += i == 0 || groups[order[i]] != groups[order[i - 1]] ? 1 : 0;
      }
      long bytesMax = bytesMax() + Timestamps.bytes(timestamps);
      if (bytesMax > FOOTER_BYTES_MAX) {
        throw new IllegalStateException("a footer of up to " + bytesMax + " bytes");
      }
      ByteBuffer out =
          ByteBuffer.allocate((int) bytesMax + Fixed64.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      out.putInt(pages);
      for (int i = 0; i < pages; i++) {
        out.putInt(pageBytes[i]);
      }
      out.putInt(groupCount);
      int headAt = out.position();
      out.position(headAt + 12 * groupCount);
      for (int i = 0; i < records; ) {
        int group = groups[order[i]];
        int begin = out.position();
        int first = i;
        long before = 0;
        for (; i < records && groups[order[i]] == group; i++) {
          int record = order[i];
          long place = place(record);
          putVarint(out, place - before);
          before = place;
          putVarint(out, sizes[record]);
          out.putInt(hashes[record]);
        }
        out.putShort(headAt, (short) (group >>> 16));
        out.putShort(headAt + 2, (short) group);
        out.putInt(headAt + 4, i - first);
        out.putInt(headAt + 8, out.position() - begin);
        headAt += 12;
      }
      Timestamps.write(out, timestamps);
      int length = out.position();
      ByteBuffer trailer = Fixed64.begin(TRAILER_MAGIC);
      trailer.putInt(12, timestamps.isEmpty() ? 1 : FORMAT_VERSION_MAX);
      trailer.putLong(16, position);
      trailer.putInt(24, length);
      trailer.putInt(28, Checksum.of(out, 0, length));
      out.put(Fixed64.finish(trailer));
      return out.flip();
    }

    /** The records' numbers by group, those of one group as they came. */
    private int[] order() {
      long[] keys = new long[records];
      for (int i = 0; i < records; i++) {
        keys[i] = (groups[i] & 0xffff_ffffL) << 32 | i;
      }
      // As unsigned groups: the highest bit is turned so that signed order is unsigned order.
      for (int i = 0; i < records; i++) {
        keys[i] ^= Long.MIN_VALUE;
      }
      Arrays.sort(keys);
      int[] order = new int[records];
      for (int i = 0; i < records; i++) {
        order[i] = (int) keys[i];
      }
      return order;
    }
  }

  /** The bytes in use of each page, and the footer itself, of a file that was read. */
  static final class Read {

    private final int[] pageBytes;
    private final ByteBuffer groups;

    /** Where each group's records begin. */
    private final int[] begins;

    private final List<Timestamps> timestamps;
    private final String file;
    private final long position;

    private Read(
        int[] pageBytes,
        ByteBuffer groups,
        int[] begins,
        List<Timestamps> timestamps,
        String file,
        long position) {
      this.pageBytes = pageBytes;
      this.groups = groups;
      this.begins = begins;
      this.timestamps = timestamps;
      this.file = file;
      this.position = position;
    }

    int[] pageBytes() {
      return pageBytes;
    }

    List<Timestamps> timestamps() {
      return timestamps;
    }

    /** How many groups there are. */
    int groups() {
      return begins.length;
    }

    /** Bytes of memory that it takes. */
    int bytes() {
      return groups.capacity() + 4 * pageBytes.length;
    }

    /** Records of all groups. */
    long records() {
      long records = 0;
      for (int i = 0; i < groups(); i++) {
        records += count(i);
      }
      return records;
    }

    /** Records of a group. */
    int count(int group) {
      return groups.getInt(head(group) + 4);
    }

    int keyGroup(int group) {
      return groups.getShort(head(group)) & 0xffff;
    }

    int table(int group) {
      return groups.getShort(head(group) + 2) & 0xffff;
    }

    private static int head(int group) {
      return 4 + 12 * group;
    }

    /** One more than the largest number of a table in the file. */
    int tablesEnd() {
      int end = 0;
      for (int i = 0; i < groups(); i++) {
        end = Math.max(end, table(i) + 1);
      }
      return end;
    }

    /** The records of one group, from before the first. */
    Records records(int group) {
      return new Records(this, group);
    }

    /** Shows every record of every group. */
    void forEach(Group visitor) {
      for (int i = 0; i < groups(); i++) {
        visitor.begin(keyGroup(i), table(i));
        Records records = records(i);
        while (records.next()) {
          visitor.record(records.page, records.at, records.bytes, records.hash);
        }
      }
    }
  }

  /** Goes through the records of one group. Thread: confined to its user. */
  static final class Records {

    private final Read footer;
    private final int end;
    private int reading;
    private int left;
    private long place;

    /** Where the record is: the page in the file, and the byte in the page. */
    int page;

    int at;
    int bytes;
    int hash;

    private Records(Read footer, int group) {
      int head = Read.head(group);
      this.footer = footer;
      this.reading = footer.begins[group];
      this.left = footer.count(group);
      this.end = reading + footer.groups.getInt(head + 8);
    }

    /** Goes to the next record; false if there is none. */
    boolean next() {
      if (left == 0) {
        if (reading != end) {
          throw bad();
        }
        return false;
      }
      left--;
      place += varint();
      long units = varint();
      long number = place >>> IN_PAGE_BITS;
      int in = (int) (place & ((1 << IN_PAGE_BITS) - 1)) << UNIT_BITS;
      if (reading + 4 > end
          || place < 0
          || number >= footer.pageBytes.length
          || units < RecordLayout.BYTES_MIN >> UNIT_BITS
          || units > (footer.pageBytes[(int) number] - in) >> UNIT_BITS) {
        throw bad();
      }
      page = (int) number;
      at = in;
      bytes = (int) units << UNIT_BITS;
      hash = footer.groups.getInt(reading) & ((1 << RecordLayout.HASH_BITS) - 1);
      reading += 4;
      return true;
    }

    private long varint() {
      long value = 0;
      for (int shift = 0; shift < 63; shift += 7) {
        if (reading >= end) {
          throw bad();
        }
        byte b = footer.groups.get(reading++);
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw bad();
    }

    private CorruptionException bad() {
      return new CorruptionException(
          footer.file,
          footer.position + reading,
          "the place of a record in the file",
          "another one");
    }
  }

  /** Reads and checks the footer of a file of that length. */
  static Read read(StateFile file, long length) {
    String name = file.name();
    if (length < StateFile.HEADER_BYTES + 8 + Fixed64.BYTES) {
      throw new CorruptionException(name, 0, "a file of pages", length + " bytes");
    }
    long trailerAt = length - Fixed64.BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(Fixed64.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(trailerAt, bytes, 0, Fixed64.BYTES);
    ByteBuffer trailer =
        Fixed64.check(bytes, 0, TRAILER_MAGIC, "trailer of a file of pages", name, trailerAt);
    Fixed64.checkVersion(
        trailer.getInt(12), FORMAT_VERSION_MAX, "a file of pages", name, trailerAt);
    long position = trailer.getLong(16);
    int size = trailer.getInt(24);
    if (position < StateFile.HEADER_BYTES
        || size < 8
        || size > FOOTER_BYTES_MAX
        || position + size != trailerAt) {
      throw new CorruptionException(
          name, trailerAt, "a footer that ends here", size + " bytes at byte " + position);
    }
    ByteBuffer footer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.read(position, footer, 0, size);
    int found = Checksum.of(footer, 0, size);
    if (found != trailer.getInt(28)) {
      throw new CorruptionException(
          name,
          position,
          "a footer with CRC32C " + Fixed64.hex(trailer.getInt(28)),
          "CRC32C " + Fixed64.hex(found));
    }
    int pages = footer.getInt(0);
    if (pages < 0 || 8 + 4L * pages > size) {
      throw new CorruptionException(name, position, "a count of pages", Integer.toString(pages));
    }
    int[] pageBytes = new int[pages];
    long end = StateFile.HEADER_BYTES;
    for (int i = 0; i < pages; i++) {
      pageBytes[i] = footer.getInt(4 + 4 * i);
      if (pageBytes[i] <= 0) {
        throw new CorruptionException(name, position, "a page's length", pageBytes[i] + " bytes");
      }
      end += pageBytes[i];
    }
    int groupsAt = 4 + 4 * pages;
    int count = footer.getInt(groupsAt);
    long need = groupsAt + 4 + 12L * count;
    boolean fits = count >= 0 && need <= size && end == position;
    int[] begins = new int[fits ? count : 0];
    long before = -1;
    for (int i = 0; fits && i < count; i++) {
      int head = footer.getInt(groupsAt + 4 + 12 * i);
      long group = (head & 0xffffL) << 16 | head >>> 16;
      int records = footer.getInt(groupsAt + 4 + 12 * i + 4);
      int bytesOf = footer.getInt(groupsAt + 4 + 12 * i + 8);
      fits =
          group > before
              && records > 0
              && bytesOf >= 0
              && records <= bytesOf / RECORD_BYTES_MIN
              && need <= size;
      before = group;
      begins[i] = (int) need - groupsAt;
      need += Math.max(0, bytesOf);
    }
    List<Timestamps> timestamps = List.of();
    if (fits && trailer.getInt(12) > 1 && need <= size) {
      timestamps = Timestamps.read(footer, (int) need, name, position);
      need += Timestamps.bytes(timestamps);
    }
    if (!fits || need != size) {
      throw new CorruptionException(
          name, position + groupsAt, "groups in order that fill the footer", count + " groups");
    }
    ByteBuffer groups = footer.slice(groupsAt, size - groupsAt).order(ByteOrder.LITTLE_ENDIAN);
    return new Read(pageBytes, groups, begins, timestamps, name, position + groupsAt);
  }

  /** Bytes of a varint that is not negative. */
  static int varintBytes(long value) {
    return (63 - Long.numberOfLeadingZeros(value | 1)) / 7 + 1;
  }

  private static void putVarint(ByteBuffer out, long value) {
    while (value > 0x7f) {
      out.put((byte) (value | 0x80));
      value >>>= 7;
    }
    out.put((byte) value);
  }
}
