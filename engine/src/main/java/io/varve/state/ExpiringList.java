package io.varve.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The elements in one record of a list, of which some may have expired. A list's bytes are divided
 * among its records between two elements.
 *
 * <p>Thread: confined to its user.
 */
final class ExpiringList {

  private byte[] bytes = new byte[256];

  /** The same. */
  private ByteBuffer value = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

  private int length;
  private int header;
  private int[] ends = new int[16];
  private int count;

  /** Takes a record's value; false if it is none of a list, or not understood. */
  boolean read(ByteBuffer in, int valueAt, int valueLength, @Nullable ListElements elements) {
    header = headerBytes(in, valueAt, valueLength);
    count = 0;
    if (header < 0 || elements == null) {
      return false;
    }
    if (bytes.length < valueLength) {
      bytes = new byte[Math.max(valueLength, 2 * bytes.length)];
      value = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
    in.get(valueAt, bytes, 0, valueLength);
    length = valueLength;
    for (int at = header; at < length; ) {
      int end = elements.end(bytes, at, length);
      if (end <= at || end > length) {
        return false;
      }
      if (count == ends.length) {
        ends = Arrays.copyOf(ends, 2 * count);
      }
      ends[count++] = end;
      at = end;
    }
    return true;
  }

  /** Bytes before the first element; -1 if the value is none of a list. */
  static int headerBytes(ByteBuffer in, int valueAt, int valueLength) {
    int kind = valueLength == 0 ? 0 : in.get(valueAt);
    if (kind == RecordKind.LIST_CHUNK) {
      return ListTable.CHUNK_HEADER_BYTES;
    }
    return kind == RecordKind.LIST_HEAD && valueLength >= ListTable.HEAD_BYTES
        ? ListTable.HEAD_BYTES
        : -1;
  }

  int count() {
    return count;
  }

  private int begin(int i) {
    return i == 0 ? header : ends[i - 1];
  }

  /** Bytes of an element. */
  int elementBytes(int i) {
    return ends[i] - begin(i);
  }

  long timestamp(int i, Expiry expiry) {
    return expiry.timestamp(value, begin(i), elementBytes(i));
  }

  /** Whether the record is all that there is of its list. */
  boolean isWholeList() {
    return header == ListTable.HEAD_BYTES && value.getInt(1) == 0;
  }

  /** Moves together what stays when all goes that had expired; returns how many elements stay. */
  int filter(Expiry expiry, long timeMs) {
    int to = header;
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (!expiry.isExpired(timestamp(i, expiry), timeMs)) {
        System.arraycopy(bytes, begin(i), bytes, to, elementBytes(i));
        to += elementBytes(i);
        kept++;
      }
    }
    length = to;
    return kept;
  }

  /** The value as {@link #filter} has left it: so many bytes. */
  ByteBuffer value() {
    return value;
  }

  int length() {
    return length;
  }
}
