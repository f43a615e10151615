package io.varve.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Takes samples of what this process does. Thread: confined to one. */
final class Meter {

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  /**
   * Runs a contestant, again and again until {@code nanosMin} have passed.
   *
   * @param nanosMin 0 for exactly one run
   */
  Sample measure(Contestant contestant, long nanosMin) throws Exception {
    long allocated = allocatedBytes();
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    long events = 0;
    long nanos;
    do {
      events += contestant.run();
      nanos = System.nanoTime() - start;
    } while (nanos < nanosMin);
    return new Sample(
        events, nanos, system.getProcessCpuTime() - cpu, allocatedBytes() - allocated);
  }

  /** Of the threads that live now: a contestant must not end its own while it is measured. */
  private long allocatedBytes() {
    long sum = 0;
    for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }
}
