package io.varve.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Direct buffers to lend out again, since the JVM gives their memory back only when it pleases.
 *
 * <p>Thread: safe, guarded by itself.
 */
public final class BufferPool {

  private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(0);
  private static final int KEPT_MAX = 8;
  private static final int KEPT_BYTES_MAX = 1 << 22;

  /** Capacities are multiples of this, so that a buffer serves for wishes that differ a little. */
  private static final int STEP_BYTES = 16 << 10;

  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private long lentBytes;

  /** A little-endian direct buffer, cleared, with at least {@code bytes} of capacity. */
  public ByteBuffer take(int bytes) {
    if (bytes == 0) {
      return EMPTY;
    }
    int capacity = (int) Math.min(Integer.MAX_VALUE, (bytes / STEP_BYTES + 1L) * STEP_BYTES);
    synchronized (this) {
      // Taken out by the iterator: remove(Object) goes by equals, which compares contents.
      for (Iterator<ByteBuffer> buffers = free.iterator(); buffers.hasNext(); ) {
        ByteBuffer buffer = buffers.next();
        if (buffer.capacity() >= bytes) {
          buffers.remove();
          lentBytes += buffer.capacity();
          return buffer.clear();
        }
      }
    }
    ByteBuffer made = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    synchronized (this) {
      lentBytes += capacity;
    }
    return made;
  }

  /** Takes a buffer back; the caller must not touch it again. */
  public synchronized void give(ByteBuffer buffer) {
    lentBytes -= buffer.capacity();
    if (buffer.capacity() > 0 && buffer.capacity() <= KEPT_BYTES_MAX && free.size() < KEPT_MAX) {
      free.addFirst(buffer);
    }
  }

  /** Bytes of all buffers that are lent out now. */
  public synchronized long lentBytes() {
    return lentBytes;
  }
}
