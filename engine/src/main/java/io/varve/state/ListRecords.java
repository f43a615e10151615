package io.varve.state;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * Reads single records of lists, wherever they are met. A list's bytes are those of its chunks, in
 * the order of their suffixes, which are 1, 2 and so on, and then those of its head, whose suffix
 * is 0.
 */
final class ListRecords {

  private ListRecords() {}

  /**
   * Whether a record's value is that of a list's head, and not of a chunk.
   *
   * @throws CorruptionException if it is neither
   */
  static boolean isHead(ByteBuffer buffer, int valueAt, int valueLength) {
    int kind = valueLength == 0 ? 0 : buffer.get(valueAt);
    if (kind == RecordKind.LIST_HEAD && valueLength >= ListTable.HEAD_BYTES) {
      return true;
    }
    if (kind == RecordKind.LIST_CHUNK) {
      return false;
    }
    throw malformed("a record of kind " + kind + " and " + valueLength + " bytes");
  }

  /** The number of chunks that a head tells of; there are records of suffixes up to that. */
  static int chunks(ByteBuffer buffer, int valueAt) {
    int chunks = buffer.getInt(valueAt + 1);
    if (chunks < 0) {
      throw malformed("a list of " + chunks + " chunks");
    }
    return chunks;
  }

  /** Bytes of the value before those of the list. */
  static int headerBytes(boolean head) {
    return head ? ListTable.HEAD_BYTES : ListTable.CHUNK_HEADER_BYTES;
  }

  private static CorruptionException malformed(String found) {
    return new CorruptionException("of keyed state", 0, "a record of a list", found);
  }
}
