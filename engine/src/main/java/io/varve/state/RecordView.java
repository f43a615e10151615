package io.varve.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Where a record is: in a page in memory, or in a copy of what a file holds. Valid until the store
 * begins its next operation.
 *
 * <p>Thread: the store's owner.
 */
final class RecordView {

  private static final ByteBuffer NOWHERE = ByteBuffer.allocate(0);

  private ByteBuffer buffer = NOWHERE;
  private int at;
  private long address;
  private boolean mutable;

  /** For records that are on disk; grows as needed. */
  private ByteBuffer scratch = NOWHERE;

  /** The page, which is sealed, whose record {@link #scratch} holds. */
  private @Nullable Page read;

  private int readBytes;

  void set(ByteBuffer buffer, int at, long address, boolean mutable) {
    this.read = null;
    this.buffer = buffer;
    this.at = at;
    this.address = address;
    this.mutable = mutable;
  }

  /** Shows the record that {@link #scratch} holds now. */
  void setRead(Page page, long address, int bytes) {
    set(scratch, 0, address, false);
    read = page;
    readBytes = bytes;
  }

  /** Whether the view shows a copy of that record already. */
  boolean holds(Page page, long address) {
    return read == page && this.address == address;
  }

  /** Bytes of the record that was read last, up to a limit. */
  int lastReadBytes(int bytesMax) {
    return Math.min(readBytes, bytesMax);
  }

  /** A little-endian direct buffer of at least so many bytes that belongs to this view. */
  ByteBuffer scratch(int bytes) {
    read = null;
    if (scratch.capacity() < bytes) {
      ByteBuffer larger =
          ByteBuffer.allocateDirect(Math.max(bytes, Math.min(1 << 30, scratch.capacity() * 2)));
      larger.put(0, scratch, 0, scratch.capacity());
      scratch = larger.order(ByteOrder.LITTLE_ENDIAN);
    }
    return scratch;
  }

  /** What holds the record; absolute access only. */
  ByteBuffer buffer() {
    return buffer;
  }

  /** Where the record begins in {@link #buffer}. */
  int at() {
    return at;
  }

  long address() {
    return address;
  }

  /** Whether the record may be changed in place. */
  boolean mutable() {
    return mutable;
  }

  int valueAt() {
    return RecordLayout.valueAt(buffer, at);
  }

  int valueLength() {
    return RecordLayout.valueLength(buffer, at);
  }

  /** Bytes that the value has room for. */
  int capacity() {
    return RecordLayout.capacity(buffer, at);
  }

  /** Bytes of the whole record. */
  int bytes() {
    return RecordLayout.bytes(buffer, at);
  }

  /** Sets the value's length, up to {@link #capacity}; of a mutable record only. */
  void setValueLength(int length) {
    RecordLayout.setValueLength(buffer, at, length);
  }
}
