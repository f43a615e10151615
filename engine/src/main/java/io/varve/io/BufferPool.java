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

  private static final int KEPT_MAX = 8;
  private static final int KEPT_BYTES_MAX = 1 << 22;

  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

  /** A little-endian direct buffer, cleared, with at least {@code bytes} of capacity. */
  public ByteBuffer take(int bytes) {
    synchronized (this) {
      // Taken out by the iterator: remove(Object) goes by equals, which compares contents.
      for (Iterator<ByteBuffer> buffers = free.iterator(); buffers.hasNext(); ) {
        ByteBuffer buffer = buffers.next();
        if (buffer.capacity() >= bytes) {
          buffers.remove();
          return buffer.clear();
        }
      }
    }
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Takes a buffer back; the caller must not touch it again. */
  public synchronized void give(ByteBuffer buffer) {
    if (buffer.capacity() > 0 && buffer.capacity() <= KEPT_BYTES_MAX && free.size() < KEPT_MAX) {
      free.addFirst(buffer);
    }
  }
}
