package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * Some slots of a saved table: a checksum of all that follows, how many they are, and two numbers
 * for each.
 *
 * <pre>
 *  0 u32 CRC32C of the rest    4 i32 count, from 1    8 count times: i64 high, i64 low and offset
 * </pre>
 *
 * <p>Thread: confined to one; a view of the buffer that it was decoded from.
 */
public final class KeyTableChunk {

  /** No chunk has more slots. */
  public static final int SLOTS_MAX = 2048;

  /** What each slot takes in a file. */
  public static final int SLOT_BYTES = 16;

  private static final int SLOTS_AT = 8;

  /** No chunk is larger. */
  public static final int BYTES_MAX = SLOTS_AT + SLOTS_MAX * SLOT_BYTES;

  private final ByteBuffer from;
  private final int count;

  private KeyTableChunk(ByteBuffer from, int count) {
    this.from = from;
    this.count = count;
  }

  /** Takes a slot. */
  public interface SlotConsumer {
    void accept(long high, long low);
  }

  /**
   * Encodes {@code count} slots, two longs each.
   *
   * @param into little-endian, with {@link #BYTES_MAX} bytes of room
   * @return the same, from its start to the chunk's end
   */
  public static ByteBuffer encode(long[] slots, int count, ByteBuffer into) {
    into.clear().position(SLOTS_AT);
    into.asLongBuffer().put(slots, 0, 2 * count);
    int bytes = SLOTS_AT + count * SLOT_BYTES;
    into.putInt(4, count).position(0).limit(bytes);
    return into.putInt(0, Checksum.of(into, 4, bytes - 4));
  }

  /**
   * Decodes the chunk that a little-endian buffer begins with.
   *
   * @param bytes up to its limit what follows in the file, as far as {@link #BYTES_MAX}
   * @param position where in the file it begins, for errors
   */
  public static KeyTableChunk decode(ByteBuffer bytes, String file, long position) {
    int count = bytes.limit() < SLOTS_AT ? 0 : bytes.getInt(4);
    if (count < 1 || count > SLOTS_MAX || bytes.limit() < SLOTS_AT + count * SLOT_BYTES) {
      throw new CorruptionException(
          file,
          position,
          "from 1 to " + SLOTS_MAX + " slots of keys",
          count + " slots in " + bytes.limit() + " bytes");
    }
    int found = Checksum.of(bytes, 4, 4 + count * SLOT_BYTES);
    if (found != bytes.getInt(0)) {
      throw new CorruptionException(
          file,
          position,
          "slots of keys with CRC32C " + Fixed64.hex(bytes.getInt(0)),
          Fixed64.hex(found));
    }
    return new KeyTableChunk(bytes, count);
  }

  /** How many slots there are. */
  public int count() {
    return count;
  }

  /** Bytes in the file. */
  public int bytes() {
    return SLOTS_AT + count * SLOT_BYTES;
  }

  public void forEach(SlotConsumer consumer) {
    for (int i = 0; i < count; i++) {
      int at = SLOTS_AT + i * SLOT_BYTES;
      consumer.accept(from.getLong(at), from.getLong(at + 8));
    }
  }
}
