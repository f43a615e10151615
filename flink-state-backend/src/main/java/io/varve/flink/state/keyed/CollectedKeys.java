package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import io.varve.state.KeyVisitor;
import io.varve.state.StateTable;
import java.util.Arrays;

/**
 * The keys of a table at one moment, packed into one array, so that the table can be changed while
 * they are gone through.
 *
 * <p>Thread: confined to its user.
 */
final class CollectedKeys implements KeyVisitor {

  private static final int HEADER_BYTES = 6;

  private byte[] bytes = new byte[1024];
  private int end;
  private int at;
  private int keyGroup;
  private final ByteSpan key = new ByteSpan();

  static CollectedKeys of(StateTable table, StoreGate gate) {
    CollectedKeys keys = new CollectedKeys();
    gate.enter();
    try {
      table.forEachKey(keys);
    } finally {
      gate.exit();
    }
    return keys;
  }

  @Override
  public void key(int keyGroup, ByteSpan key) {
    int length = key.length();
    long needed = (long) end + HEADER_BYTES + length;
    if (needed > bytes.length) {
      long larger = Math.max(needed, Math.min(bytes.length * 2L, Integer.MAX_VALUE - 8));
      if (larger > Integer.MAX_VALUE - 8) {
        throw new IllegalStateException(
            "The keys of the state exceed 2 GB, too many to go through");
      }
      bytes = Arrays.copyOf(bytes, (int) larger);
    }
    bytes[end] = (byte) (keyGroup >>> 8);
    bytes[end + 1] = (byte) keyGroup;
    bytes[end + 2] = (byte) (length >>> 24);
    bytes[end + 3] = (byte) (length >>> 16);
    bytes[end + 4] = (byte) (length >>> 8);
    bytes[end + 5] = (byte) length;
    System.arraycopy(key.array(), key.offset(), bytes, end + HEADER_BYTES, length);
    end += HEADER_BYTES + length;
  }

  boolean next() {
    if (at == end) {
      return false;
    }
    keyGroup = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    int length =
        (bytes[at + 2] & 0xff) << 24
            | (bytes[at + 3] & 0xff) << 16
            | (bytes[at + 4] & 0xff) << 8
            | (bytes[at + 5] & 0xff);
    key.wrap(bytes, at + HEADER_BYTES, length);
    at += HEADER_BYTES + length;
    return true;
  }

  int keyGroup() {
    return keyGroup;
  }

  ByteSpan key() {
    return key;
  }
}
