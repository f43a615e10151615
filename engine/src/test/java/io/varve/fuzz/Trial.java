package io.varve.fuzz;

import com.sun.management.ThreadMXBean;
import io.varve.base.VarveException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * One input given to one decoder: it may refuse it with the store's own error, and nothing else,
 * and may allocate no more than a file of that length warrants.
 */
public final class Trial {

  /** For an error, its message, and what the fuzzer's own hooks take. */
  private static final long ALLOCATED_FREELY = 256 << 10;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final List<BufferPoolMXBean> POOLS =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);

  private Trial() {}

  /** What decodes. */
  public interface Decoding {
    void run() throws Exception;
  }

  /**
   * @param fileBytes length of the file that is decoded
   * @param warranted bytes that may be allocated for each byte of the file
   * @param decoding does the same each time
   */
  public static void run(int fileBytes, int warranted, Decoding decoding) throws Exception {
    long limit = ALLOCATED_FREELY + (long) fileBytes * warranted;
    long allocated = Long.MAX_VALUE;
    // What loads classes the first time is not the input's doing.
    for (int time = 0; time < 3 && allocated > limit; time++) {
      long before = THREADS.getCurrentThreadAllocatedBytes() + directBytes();
      decode(decoding);
      allocated = THREADS.getCurrentThreadAllocatedBytes() + directBytes() - before;
    }
    if (allocated > limit) {
      throw new AssertionError(
          allocated + " bytes allocated for a file of " + fileBytes + " bytes");
    }
  }

  private static void decode(Decoding decoding) throws Exception {
    try {
      decoding.run();
    } catch (VarveException e) {
      if (String.valueOf(e.getMessage()).isBlank()) {
        throw new AssertionError("An error that says nothing", e);
      }
    }
  }

  private static long directBytes() {
    long bytes = 0;
    for (BufferPoolMXBean pool : POOLS) {
      bytes += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
    }
    return bytes;
  }
}
