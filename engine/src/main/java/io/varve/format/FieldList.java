package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Which fields of a stream's events are indexed.
 *
 * <pre>
 *  0 8 bytes magic "VARVEFLS"    12 i32 format version    24 i32 number of fields
 *  8 u32 CRC32C of the rest      16 i64 number            28 names: i32 length, UTF-8
 * </pre>
 *
 * @param number of the list, as in its name: the highest counts
 * @param fields their names, in the order in which they were given
 */
public record FieldList(long number, List<String> fields) {

  /** A larger file is refused. */
  public static final int BYTES_MAX = 1 << 16;

  /** No more fields of a stream are indexed. */
  public static final int FIELDS_MAX = 64;

  /** No name has more bytes. */
  public static final int NAME_BYTES_MAX = 500;

  private static final long MAGIC = Fixed64.magic("VARVEFLS");
  private static final int FORMAT_VERSION = 1;

  public ByteBuffer encode() {
    ByteBuffer to = ByteBuffer.allocate(BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(FORMAT_VERSION).putLong(number);
    putNames(fields, to);
    to.flip();
    return to.putInt(8, Checksum.of(to, 12, to.limit() - 12));
  }

  public static FieldList decode(ByteBuffer bytes, long number, String file) {
    ByteBuffer from = Checksum.whole(bytes, MAGIC, FORMAT_VERSION, "list of fields", file);
    if (from.remaining() < 12 || from.getLong() != number) {
      throw new CorruptionException(file, 16, "the list number " + number, "another one");
    }
    List<String> fields = names(from, file);
    if (from.hasRemaining()) {
      throw new CorruptionException(
          file, from.position(), "the end of the file", from.remaining() + " more bytes");
    }
    return new FieldList(number, fields);
  }

  /** Writes names as a number, and of each length and bytes. */
  static void putNames(List<String> names, ByteBuffer to) {
    to.putInt(names.size());
    for (String name : names) {
      putText(name, to);
    }
  }

  static void putText(String text, ByteBuffer to) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    to.putInt(utf8.length).put(utf8);
  }

  static List<String> names(ByteBuffer from, String file) {
    int count = from.remaining() < 4 ? -1 : from.getInt();
    if (count < 0 || count > FIELDS_MAX) {
      throw new CorruptionException(
          file, from.position(), "0 to " + FIELDS_MAX + " names", count + " names");
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(text(from, file));
    }
    return List.copyOf(names);
  }

  static String text(ByteBuffer from, String file) {
    int length = from.remaining() < 4 ? -1 : from.getInt();
    if (length < 0 || length > NAME_BYTES_MAX || length > from.remaining()) {
      throw new CorruptionException(
          file, from.position(), "a text of at most " + NAME_BYTES_MAX + " bytes", length + "");
    }
    byte[] utf8 = new byte[length];
    from.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
