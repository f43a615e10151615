package io.varve.state;

import io.varve.base.BadSettingException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The memory that one or several stores may use, all of it off the heap: a lease that is never
 * exceeded. Each store that takes part has its share, an equal part ({@link #limitBytes}), and
 * takes no more, whatever others leave unused. Shares shrink when another store joins: until the
 * others have let go of what is more than their shares, it finds less than its own.
 *
 * <p>Thread: safe, guarded by itself.
 */
public final class StateMemory {

  /** Where the bytes come from and go back to: a host that has memory of its own puts it here. */
  public interface Allocator {
    /** A direct buffer of that capacity, whatever it holds. */
    ByteBuffer allocate(int bytes);

    /** Takes back a buffer that {@link #allocate} gave; nobody touches it any more. */
    void free(ByteBuffer buffer);
  }

  /** The least that one store can work with. */
  public static final long STORE_BYTES_MIN = 1 << 20;

  private final long bytesMax;
  private final Allocator allocator;

  /** Frames of {@link Page#BYTES} that are allocated and not lent, to be lent again. */
  private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();

  private long allocatedBytes;
  private long lentBytes;
  private long lentBytesPeak;
  private int stores;

  /**
   * @param bytesMax from {@link #STORE_BYTES_MIN}
   */
  public StateMemory(long bytesMax, Allocator allocator) {
    if (bytesMax < STORE_BYTES_MIN) {
      throw new BadSettingException(
          "memory", bytesMax + " bytes", "at least " + STORE_BYTES_MIN + " bytes");
    }
    this.bytesMax = bytesMax;
    this.allocator = allocator;
  }

  /** Memory that the JVM hands out as direct buffers. */
  public static StateMemory direct(long bytesMax) {
    return new StateMemory(
        bytesMax,
        new Allocator() {
          @Override
          public ByteBuffer allocate(int bytes) {
            return ByteBuffer.allocateDirect(bytes);
          }

          @Override
          public void free(ByteBuffer buffer) {
            // The collector takes it.
          }
        });
  }

  /** Bytes of the lease. */
  public long bytesMax() {
    return bytesMax;
  }

  /** Bytes that stores hold now. */
  public synchronized long usedBytes() {
    return lentBytes;
  }

  /** The most that stores have held at one time. */
  public synchronized long usedBytesPeak() {
    return lentBytesPeak;
  }

  /**
   * What one store may use now. A sixteenth of the lease is nobody's, so that a store which joins
   * finds something before the others have made room for it.
   */
  public synchronized long limitBytes() {
    return stores <= 1 && bytesMax <= 4 * STORE_BYTES_MIN
        ? bytesMax
        : (bytesMax - bytesMax / 16) / Math.max(1, stores);
  }

  synchronized void join() {
    stores++;
  }

  synchronized void leave() {
    stores--;
  }

  /** A little-endian buffer of that capacity, or null if the lease has no room for it. */
  synchronized @Nullable ByteBuffer tryAllocate(int bytes) {
    if (lentBytes + bytes > bytesMax) {
      return null;
    }
    ByteBuffer buffer = bytes == Page.BYTES ? spare.poll() : null;
    if (buffer == null) {
      while (allocatedBytes + bytes > bytesMax && !spare.isEmpty()) {
        allocatedBytes -= Page.BYTES;
        allocator.free(spare.remove());
      }
      buffer = allocator.allocate(bytes);
      allocatedBytes += bytes;
    }
    lentBytes += bytes;
    lentBytesPeak = Math.max(lentBytesPeak, lentBytes);
    return buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Takes back a buffer that {@link #tryAllocate} gave. */
  synchronized void free(ByteBuffer buffer) {
    lentBytes -= buffer.capacity();
    if (buffer.capacity() == Page.BYTES) {
      spare.add(buffer);
    } else {
      allocatedBytes -= buffer.capacity();
      allocator.free(buffer);
    }
  }

  /** Counts bytes that a store keeps elsewhere, on the heap; false if the lease has no room. */
  synchronized boolean tryReserve(long bytes) {
    if (lentBytes + bytes > bytesMax) {
      return false;
    }
    while (allocatedBytes + bytes > bytesMax && !spare.isEmpty()) {
      allocatedBytes -= Page.BYTES;
      allocator.free(spare.remove());
    }
    allocatedBytes += bytes;
    lentBytes += bytes;
    lentBytesPeak = Math.max(lentBytesPeak, lentBytes);
    return true;
  }

  /** Gives back what {@link #tryReserve} counted. */
  synchronized void release(long bytes) {
    allocatedBytes -= bytes;
    lentBytes -= bytes;
  }

  /** Frees what is not lent. */
  public synchronized void trim() {
    while (!spare.isEmpty()) {
      allocatedBytes -= Page.BYTES;
      allocator.free(spare.remove());
    }
  }
}
