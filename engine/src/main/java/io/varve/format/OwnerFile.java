package io.varve.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Who took something over by an epoch.
 *
 * <pre>
 *  0 8 bytes magic "VARVEOWN"     16 i64 epoch          32 4 texts: i32 length, UTF-8:
 *  8 u32 CRC32C of the rest       24 i64 process number    name, host, process, nonce
 * 12 i32 format version
 * </pre>
 */
public record OwnerFile(long epoch, Owner owner) {

  /** A larger file is refused. */
  public static final int BYTES_MAX = 8192;

  private static final long MAGIC = Fixed64.magic("VARVEOWN");
  private static final int FORMAT_VERSION = 1;
  private static final int TEXT_BYTES_MAX = 1024;
  private static final int TEXTS_AT = 32;

  public ByteBuffer encode() {
    ByteBuffer to = ByteBuffer.allocate(BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(FORMAT_VERSION).putLong(epoch).putLong(owner.pid());
    for (String text :
        new String[] {
          owner.name(), owner.host(), owner.instance().process(), owner.instance().nonce()
        }) {
      byte[] bytes = text.getBytes(UTF_8);
      byte[] bounded =
          bytes.length <= TEXT_BYTES_MAX ? bytes : Arrays.copyOf(bytes, TEXT_BYTES_MAX);
      to.putInt(bounded.length).put(bounded);
    }
    to.flip();
    return to.putInt(8, Checksum.of(to, 12, to.limit() - 12));
  }

  public static OwnerFile decode(ByteBuffer bytes, String file) {
    ByteBuffer from = Checksum.whole(bytes, MAGIC, FORMAT_VERSION, "owner file", file);
    if (from.limit() < TEXTS_AT) {
      throw new CorruptionException(
          file, 0, "at least " + TEXTS_AT + " bytes", from.limit() + " bytes");
    }
    long epoch = from.getLong();
    long pid = from.getLong();
    String name = text(from, file);
    String host = text(from, file);
    Owner.Instance instance = new Owner.Instance(text(from, file), text(from, file));
    if (from.hasRemaining()) {
      throw new CorruptionException(
          file, from.position(), "the end of the file", from.remaining() + " more bytes");
    }
    return new OwnerFile(epoch, new Owner(name, host, pid, instance));
  }

  private static String text(ByteBuffer from, String file) {
    int at = from.position();
    int length = from.remaining() < Integer.BYTES ? -1 : from.getInt();
    if (length < 0 || length > TEXT_BYTES_MAX || length > from.remaining()) {
      throw new CorruptionException(
          file, at, "a text of at most " + TEXT_BYTES_MAX + " bytes", "length " + length);
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return new String(bytes, UTF_8);
  }
}
