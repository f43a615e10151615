package io.varve.log;

import io.varve.format.BatchHeader;
import java.nio.ByteBuffer;

/**
 * A part of a segment in memory, which begins with a batch.
 *
 * @param bytes a direct buffer that holds it from index 0 on
 * @param start where in the file it begins
 * @param length bytes of the file in it
 */
record Piece(ByteBuffer bytes, long start, int length) {

  private static final int BYTES_MIN = 128 << 10;

  /** What is read behind a batch: the header of the next. */
  private static final int PEEK_BYTES = BatchHeader.BYTES;

  static final Piece NONE = new Piece(ByteBuffer.allocate(0), 0, 0);

  /**
   * How much to read where a batch of {@code batchBytes} begins and the file goes on for {@code
   * room}.
   */
  static int bytes(int batchBytes, long room) {
    return (int) Math.min(Math.max(batchBytes + PEEK_BYTES, BYTES_MIN), room);
  }

  /** Where in the file it ends. */
  long end() {
    return start + length;
  }

  boolean holds(long position, int count) {
    return position >= start && position + count <= end();
  }

  /** Where in {@link #bytes} a position of the file stands. */
  int indexOf(long position) {
    return (int) (position - start);
  }

  /** How much of the file from {@code position} on is here. */
  int bytesFrom(long position) {
    return position >= start && position < end() ? (int) (end() - position) : 0;
  }

  /** Copies what {@link #bytesFrom} counts to the beginning of {@code to}. */
  void copyFrom(long position, ByteBuffer to) {
    int count = bytesFrom(position);
    if (count > 0) {
      to.put(0, bytes, indexOf(position), count);
    }
  }

  /**
   * Where the last batch ends that is here as a whole, or the piece's start if none is. Lengths are
   * taken from headers that nobody has checked, so this is a guess.
   */
  long wholeEnd() {
    long end = start;
    int next = batchBytes(end);
    while (next > 0 && holds(end, next)) {
      end += next;
      next = batchBytes(end);
    }
    return end;
  }

  /**
   * How long the batch at {@code position} says it is; 0 if its header is not here or senseless.
   */
  int batchBytes(long position) {
    return holds(position, BatchHeader.BYTES)
        ? BatchHeader.totalBytes(bytes, indexOf(position))
        : 0;
  }
}
