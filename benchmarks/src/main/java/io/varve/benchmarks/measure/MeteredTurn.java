package io.varve.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Takes samples of work in this process.
 *
 * @param turnMsMin the work is repeated until so many milliseconds have passed; 0: done once
 */
public record MeteredTurn(Contestant contestant, long turnMsMin) implements Turn {

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  @Override
  public String name() {
    return contestant.name();
  }

  @Override
  public Sample take() throws Exception {
    System.gc();
    contestant.open();
    try {
      return measure();
    } finally {
      contestant.close();
    }
  }

  private Sample measure() throws Exception {
    long allocated = allocatedBytes();
    long cpu = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    long events = 0;
    long nanos;
    do {
      events += contestant.run();
      nanos = System.nanoTime() - start;
    } while (nanos < turnMsMin * 1_000_000);
    return new Sample(
        events, nanos, SYSTEM.getProcessCpuTime() - cpu, allocatedBytes() - allocated);
  }

  /** Of the threads that live now: a contestant must not end its own while it is measured. */
  private static long allocatedBytes() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }
}
