package io.varve.flink.state;

import io.varve.state.StateMemory;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

  private static final long IDLE_THREAD_MS = 10_000;

  private final StateMemory memory;
  private final Work work;
  private final ThreadPoolExecutor sends;
  private final ThreadPoolExecutor fetches;

  private SlotResources(StateMemory memory, int transferThreads) {
    this.memory = memory;
    this.work = new ThreadedWork(THREADS, "varve-state");
    this.sends = transfers(transferThreads, "varve-state-send-");
    this.fetches = transfers(transferThreads, "varve-state-fetch-");
  }

  private static ThreadPoolExecutor transfers(int threads, String name) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_THREAD_MS,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /**
   * What is set of them.
   *
   * @param fixedBytes of memory beside Flink's; null to use a part of that
   * @param transferThreads how many files are sent at a time, and fetched
   */
  record Settings(@Nullable Long fixedBytes, int transferThreads) {}

  /** Takes part in the slot's memory. */
  static OpaqueMemoryResource<SlotResources> lease(
      Environment environment, double managedFraction, Settings settings) throws Exception {
    Long fixedBytes = settings.fixedBytes();
    int threads = settings.transferThreads();
    return fixedBytes == null
        ? environment
            .getMemoryManager()
            .getSharedMemoryResourceForManagedMemory(
                MANAGED,
                bytes -> open(bytes, TaskManagerOptions.MANAGED_MEMORY_SIZE.key(), threads),
                managedFraction)
        : environment
            .getMemoryManager()
            .getExternalSharedMemoryResource(
                FIXED,
                bytes -> open(bytes, BackendSettings.MEMORY_FIXED_PER_SLOT.key(), threads),
                fixedBytes);
  }

  private static SlotResources open(long bytes, String setting, int transferThreads) {
    if (bytes < StateMemory.STORE_BYTES_MIN) {
      throw new IllegalConfigurationException(
          "A slot has "
              + bytes
              + " bytes of memory for state, less than the "
              + StateMemory.STORE_BYTES_MIN
              + " that one operator needs. Raise "
              + setting);
    }
    return new SlotResources(new StateMemory(bytes, new UnsafeAllocator()), transferThreads);
  }

  StateMemory memory() {
    return memory;
  }

  Work work() {
    return work;
  }

  /** What files are sent to checkpoint storage on. */
  Executor sends() {
    return sends;
  }

  /** What files are fetched on. Apart from sending, which a checkpoint waits for. */
  Executor fetches() {
    return fetches;
  }

  @Override
  public void close() {
    // Transfers of a store end with it; its streams are closed.
    fetches.shutdown();
    sends.shutdown();
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
