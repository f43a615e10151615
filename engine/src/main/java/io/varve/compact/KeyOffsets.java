package io.varve.compact;

import io.varve.event.EventView;
import io.varve.event.KeyHash;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The latest offset of each key, within bounded memory.
 *
 * <p>Thread: confined to one at a time.
 */
final class KeyOffsets {

  /*
   * As Kafka's OffsetMap, a hash table with open addressing that holds 128 bits of a hash in a
   * key's place. Two keys with the same 128 bits would be taken for one and the older one's event
   * lost; among four billion keys the odds of that are below one in 10^19, and who doesn't know the
   * secret can't make such a pair on purpose. A slot is three longs: hash, hash, offset + 1, of
   * which 0 stands for free.
   */

  /** Bytes of memory that one key needs. */
  static final int SLOT_BYTES = 24;

  private static final int SLOT_LONGS = SLOT_BYTES / Long.BYTES;
  private static final double LOAD_MAX = 0.75;

  private final long[] slots;
  private final int slotCount;
  private final int keysMax;
  private final KeyHash hash;
  private byte[] key = new byte[64];
  private int keys;

  /**
   * @param bytesMax how much memory it may take
   * @param keysExpected room for more is not needed
   * @param secret what the keys' hashes depend on
   */
  KeyOffsets(long bytesMax, long keysExpected, UUID secret) {
    double slotsWanted = keysExpected / LOAD_MAX + 1;
    double slotsAllowed = Math.min(bytesMax / SLOT_BYTES, Integer.MAX_VALUE / SLOT_LONGS - 8);
    this.slotCount = (int) Math.max(2, Math.min(slotsWanted, slotsAllowed));
    this.slots = new long[slotCount * SLOT_LONGS];
    this.keysMax = (int) Math.max(1, slotCount * LOAD_MAX);
    this.hash = new KeyHash(secret);
  }

  /**
   * Takes note of an event, whose offset is above those of all before. One without a key counts for
   * nothing.
   *
   * @return false if it is full; then the event was not noted
   */
  boolean put(EventView event) {
    if (event.keyLength() < 0) {
      return true;
    }
    int at = find(event);
    if (slots[at + 2] == 0) {
      if (keys == keysMax) {
        return false;
      }
      keys++;
      slots[at] = hash.high();
      slots[at + 1] = hash.low();
    }
    slots[at + 2] = event.offset() + 1;
    return true;
  }

  /** Whether an event of the same key with a higher offset was noted. */
  boolean supersedes(EventView event) {
    return keys > 0 && event.keyLength() >= 0 && slots[find(event) + 2] > event.offset() + 1;
  }

  /** The slot of an event's key, or the free one where it belongs. */
  private int find(EventView event) {
    int length = event.keyLength();
    if (key.length < length) {
      key = new byte[length];
    }
    event.copyKey(ByteBuffer.wrap(key));
    hash.of(event.keyEncoding(), key, length);
    long high = hash.high();
    long low = hash.low();
    int slot = (int) (((high >>> 32) * slotCount) >>> 32);
    while (true) {
      int at = slot * SLOT_LONGS;
      if (slots[at + 2] == 0 || (slots[at] == high && slots[at + 1] == low)) {
        return at;
      }
      slot = slot + 1 == slotCount ? 0 : slot + 1;
    }
  }
}
