package io.varve.state;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot is besides its files: their names, the numbers that tables have in them, and
 * which of their records were dead.
 *
 * <pre>
 * i64 magic, i32 format version, then deflated:
 * i32 files; for each:
 *   u16 bytes of the name, the name in ASCII, i64 bytes of the file
 *   i32 table numbers (-1: none are translated), for each i32
 *   i32 pages; for each: i32 words of dead bits (-1: nothing is alive), for each i64
 * i64 CRC32C of all that was deflated before it
 * </pre>
 *
 * <p>Big-endian. Pages behind the last one told hold nothing alive.
 */
record SnapshotMeta(List<FileMeta> files) {

  private static final long MAGIC = 0x5641525645534e50L;
  private static final int FORMAT_VERSION = 1;
  private static final int FILES_MAX = 1 << 16;
  private static final int ALL_DEAD = -1;
  private static final int TABLES_EXPECTED = 64;
  private static final int BUFFER_BYTES = 1 << 15;

  /** A file, and the dead bits of its pages. */
  record FileMeta(String name, long bytes, int @Nullable [] tables, List<PageMeta> pages) {}

  /**
   * The dead bits of a page.
   *
   * @param dead null if nothing in the page is alive
   */
  record PageMeta(long @Nullable [] dead) {

    static final PageMeta HOLLOW = new PageMeta(null);

    /** Whether the record that begins at {@code at} is alive. */
    boolean alive(int at) {
      return dead != null && !Page.isDead(dead, at);
    }
  }

  void write(OutputStream to) throws IOException {
    DataOutputStream head = new DataOutputStream(to);
    head.writeLong(MAGIC);
    head.writeInt(FORMAT_VERSION);
    head.flush();
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      DeflaterOutputStream deflated = new DeflaterOutputStream(to, deflater, BUFFER_BYTES);
      CheckedOutputStream checked = new CheckedOutputStream(deflated, new CRC32C());
      DataOutputStream out = new DataOutputStream(new BufferedOutputStream(checked, BUFFER_BYTES));
      out.writeInt(files.size());
      for (FileMeta file : files) {
        out.writeUTF(file.name());
        out.writeLong(file.bytes());
        int[] tables = file.tables();
        out.writeInt(tables == null ? -1 : tables.length);
        if (tables != null) {
          for (int table : tables) {
            out.writeInt(table);
          }
        }
        out.writeInt(file.pages().size());
        for (PageMeta page : file.pages()) {
          long[] dead = page.dead();
          out.writeInt(dead == null ? ALL_DEAD : dead.length);
          for (int w = 0; dead != null && w < dead.length; w++) {
            out.writeLong(dead[w]);
          }
        }
      }
      out.flush();
      out.writeLong(checked.getChecksum().getValue());
      out.flush();
      deflated.finish();
      to.flush();
    } finally {
      deflater.end();
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws CorruptionException if it is not that
   */
  static SnapshotMeta read(InputStream from) throws IOException {
    Inflater inflater = new Inflater();
    try {
      readHead(new DataInputStream(from));
      // Beneath the sum, which must not take in more than has been read.
      InputStream inflated =
          new BufferedInputStream(
              new InflaterInputStream(from, inflater, BUFFER_BYTES), BUFFER_BYTES);
      CheckedInputStream checked = new CheckedInputStream(inflated, new CRC32C());
      DataInputStream in = new DataInputStream(checked);
      int count = bounded(in.readInt(), 0, FILES_MAX, "files");
      List<FileMeta> files = new ArrayList<>();
      Set<String> names = new HashSet<>();
      for (int i = 0; i < count; i++) {
        FileMeta file = readFile(in);
        if (!names.add(file.name())) {
          throw corrupt("each file once", file.name() + " again");
        }
        files.add(file);
      }
      long found = checked.getChecksum().getValue();
      long expected = in.readLong();
      if (found != expected) {
        throw corrupt("CRC32C " + Long.toHexString(expected), Long.toHexString(found));
      }
      return new SnapshotMeta(files);
    } catch (ZipException | EOFException e) {
      throw corrupt(
          "a whole snapshot of state", "one that ends early or is none: " + e.getMessage());
    } finally {
      inflater.end();
    }
  }

  private static void readHead(DataInputStream head) throws IOException {
    long magic = head.readLong();
    if (magic != MAGIC) {
      throw corrupt("the magic number of a snapshot of state", "0x" + Long.toHexString(magic));
    }
    int version = head.readInt();
    if (version > FORMAT_VERSION) {
      throw new FormatTooNewException("a snapshot of state", version, FORMAT_VERSION);
    }
    if (version < 1) {
      throw corrupt("a format version from 1", "version " + version);
    }
  }

  private static FileMeta readFile(DataInputStream in) throws IOException {
    String name = readName(in);
    long bytes = in.readLong();
    int numbers = bounded(in.readInt(), -1, RecordStore.TABLES_MAX, "table numbers");
    int[] tables = numbers < 0 ? null : readTables(in, numbers);
    // A page has at least one record.
    long pagesMax = Math.min(Integer.MAX_VALUE, bytes / RecordLayout.BYTES_MIN);
    int count = bounded(in.readInt(), 0, pagesMax, "pages");
    List<PageMeta> pages = new ArrayList<>();
    byte[] bits = new byte[Page.wordsFor(Page.BYTES) * Long.BYTES];
    for (int i = 0; i < count; i++) {
      int words = bounded(in.readInt(), ALL_DEAD, Page.wordsFor(Page.BYTES), "dead bits");
      long[] dead = null;
      if (words != ALL_DEAD) {
        in.readFully(bits, 0, words * Long.BYTES);
        dead = new long[words];
        ByteBuffer.wrap(bits).asLongBuffer().get(dead);
      }
      pages.add(dead == null ? PageMeta.HOLLOW : new PageMeta(dead));
    }
    return new FileMeta(name, bytes, tables, pages);
  }

  private static int[] readTables(DataInputStream in, int count) throws IOException {
    // Grows with what is there: the count alone warrants nothing.
    int[] tables = new int[Math.min(count, TABLES_EXPECTED)];
    for (int i = 0; i < count; i++) {
      if (i == tables.length) {
        tables = Arrays.copyOf(tables, Math.min(count, 2 * i));
      }
      tables[i] = bounded(in.readInt(), -1, RecordStore.TABLES_MAX - 1, "a table's number");
    }
    return tables;
  }

  private static String readName(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readUnsignedShort()];
    in.readFully(bytes);
    String name = new String(bytes, StandardCharsets.US_ASCII);
    if (!StateFiles.isName(name)) {
      throw corrupt("the name of a file of state", "a name of " + bytes.length + " bytes");
    }
    return name;
  }

  private static int bounded(int value, long min, long max, String what) {
    if (value < min || value > max) {
      throw corrupt(what + " from " + min + " to " + max, Integer.toString(value));
    }
    return value;
  }

  private static CorruptionException corrupt(String expected, String found) {
    return new CorruptionException("a snapshot of state", 0, expected, found);
  }
}
