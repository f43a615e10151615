package io.varve.flink.state;

import io.varve.state.StateMemory;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.memory.OpaqueMemoryResource;
import org.jspecify.annotations.Nullable;

/**
 * What all stores of one slot share: their memory, and the threads that write and fetch files. Both
 * last until the last store has given its lease back.
 *
 * <p>Thread: safe.
 */
final class SlotResources implements AutoCloseable {

  private static final String MANAGED = "varve-state-managed";
  private static final String FIXED = "varve-state-fixed-per-slot";
  private static final int THREADS = 2;

  private final StateMemory memory;
  private final Work work;

  private SlotResources(StateMemory memory, Work work) {
    this.memory = memory;
    this.work = work;
  }

  /**
   * Takes part in the slot's memory.
   *
   * @param fixedBytes to use so much beside Flink's memory; null to use a part of that
   */
  static OpaqueMemoryResource<SlotResources> lease(
      Environment environment, double managedFraction, @Nullable Long fixedBytes) throws Exception {
    return fixedBytes == null
        ? environment
            .getMemoryManager()
            .getSharedMemoryResourceForManagedMemory(
                MANAGED,
                bytes -> open(bytes, TaskManagerOptions.MANAGED_MEMORY_SIZE.key()),
                managedFraction)
        : environment
            .getMemoryManager()
            .getExternalSharedMemoryResource(
                FIXED,
                bytes -> open(bytes, BackendSettings.MEMORY_FIXED_PER_SLOT.key()),
                fixedBytes);
  }

  private static SlotResources open(long bytes, String setting) {
    if (bytes < StateMemory.STORE_BYTES_MIN) {
      throw new IllegalConfigurationException(
          "A slot has "
              + bytes
              + " bytes of memory for state, less than the "
              + StateMemory.STORE_BYTES_MIN
              + " that one operator needs. Raise "
              + setting);
    }
    return new SlotResources(
        new StateMemory(bytes, new UnsafeAllocator()), new ThreadedWork(THREADS, "varve-state"));
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

  /**
   * Memory off the heap that the JVM's limit for direct buffers doesn't count, as Flink has its own
   * managed memory.
   *
   * <p>Thread: guarded by the memory that it belongs to.
   */
  private static final class UnsafeAllocator implements StateMemory.Allocator {

    private final IdentityHashMap<ByteBuffer, MemorySegment> segments = new IdentityHashMap<>();

    @Override
    public ByteBuffer allocate(int bytes) {
      MemorySegment segment = MemorySegmentFactory.allocateOffHeapUnsafeMemory(bytes);
      ByteBuffer buffer = segment.getOffHeapBuffer();
      segments.put(buffer, segment);
      return buffer;
    }

    @Override
    public void free(ByteBuffer buffer) {
      MemorySegment segment = segments.remove(buffer);
      if (segment == null) {
        throw new IllegalStateException("The buffer was not allocated here, or freed already");
      }
      segment.free();
    }
  }
}
