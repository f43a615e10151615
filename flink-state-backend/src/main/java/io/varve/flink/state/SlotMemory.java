package io.varve.flink.state;

import io.varve.state.StateMemory;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.core.memory.MemorySegmentFactory;

/**
 * The memory that the backends of one slot share, and the threads that write for them. The memory
 * is native, as managed memory is meant to be: it doesn't count as the JVM's direct memory.
 *
 * <p>Thread: safe.
 */
final class SlotMemory implements AutoCloseable {

  private static final int THREADS = 2;

  private final StateMemory memory;
  private final Work work = new ThreadedWork(THREADS, "varve-state");

  SlotMemory(long bytes) {
    this.memory = new StateMemory(bytes, new Segments());
  }

  StateMemory memory() {
    return memory;
  }

  Work work() {
    return work;
  }

  @Override
  public void close() {
    work.close();
    memory.trim();
  }

  /** Buffers over Flink's unsafe memory segments. */
  private static final class Segments implements StateMemory.Allocator {

    private final IdentityHashMap<ByteBuffer, MemorySegment> segments = new IdentityHashMap<>();

    @Override
    public synchronized ByteBuffer allocate(int bytes) {
      MemorySegment segment = MemorySegmentFactory.allocateOffHeapUnsafeMemory(bytes);
      ByteBuffer buffer = segment.getOffHeapBuffer();
      segments.put(buffer, segment);
      return buffer;
    }

    @Override
    public synchronized void free(ByteBuffer buffer) {
      MemorySegment segment = segments.remove(buffer);
      if (segment != null) {
        segment.free();
      }
    }
  }
}
