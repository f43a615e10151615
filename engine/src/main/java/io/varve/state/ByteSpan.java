package io.varve.state;

import io.varve.base.BadEventException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A range of bytes in an array, to be used again and again: as a view of somebody's array, or as a
 * target that grows with what is copied into it. Thread: confined to its user.
 */
public final class ByteSpan {

  private static final byte[] NONE = {};

  /** What a Java array holds on all virtual machines. */
  private static final int BYTES_MAX = Integer.MAX_VALUE - 8;

  /** Kept for targets: an array that this span made, so that it may be written to. */
  private byte[] own = NONE;

  private byte[] array = NONE;
  private int offset;
  private int length;

  /** Makes this a view of {@code length} bytes of {@code array}, from {@code offset}. */
  public ByteSpan wrap(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
    return this;
  }

  /** Makes this a view of the whole array. */
  public ByteSpan wrap(byte[] array) {
    return wrap(array, 0, array.length);
  }

  /** Makes this hold a copy of {@code length} bytes of {@code from}, from {@code at}. */
  public ByteSpan copy(ByteBuffer from, int at, int length) {
    from.get(at, resize(length), 0, length);
    return this;
  }

  /** Makes this hold a copy of {@code length} bytes of {@code from}, from {@code at}. */
  public ByteSpan copy(byte[] from, int at, int length) {
    System.arraycopy(from, at, resize(length), 0, length);
    return this;
  }

  /** Makes this hold {@code length} bytes of any content, from index 0 of the returned array. */
  public byte[] resize(int length) {
    if (own.length < length) {
      own = new byte[Math.max(64, Math.max(length, (int) Math.min(1 << 30, own.length * 2L)))];
    }
    wrap(own, 0, length);
    return own;
  }

  /**
   * Adds a copy of {@code length} bytes of {@code from} at the end of what {@link #copy} made.
   *
   * @throws BadEventException if it is more than an array holds
   */
  public ByteSpan append(ByteBuffer from, int at, int length) {
    int before = this.length;
    if (array != own || own.length < (long) before + length) {
      byte[] larger = new byte[larger(before, length)];
      System.arraycopy(array, offset, larger, 0, before);
      own = larger;
    }
    from.get(at, own, before, length);
    return wrap(own, 0, before + length);
  }

  /** The length of an array that takes so many bytes more. */
  static int larger(int before, int more) {
    long length = (long) before + more;
    if (length > BYTES_MAX) {
      throw new BadEventException(
          "A list of "
              + length
              + " bytes or more is too long to be read: the most is "
              + BYTES_MAX
              + " bytes. A map, whose entries are read one by one, can be larger");
    }
    return (int) Math.max(64, Math.max(length, Math.min(BYTES_MAX, before * 2L)));
  }

  public byte[] array() {
    return array;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }

  /** A copy of the bytes. */
  public byte[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteSpan that
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  @Override
  public String toString() {
    return length + " bytes";
  }
}
