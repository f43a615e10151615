package io.varve.benchmarks.flink;

import com.sun.management.OperatingSystemMXBean;
import io.varve.benchmarks.measure.Sample;
import io.varve.benchmarks.measure.Turn;
import java.lang.management.ManagementFactory;
import org.apache.flink.api.connector.source.Source;

/** A source's events go through a job from beginning to end. */
record JobTurn(String name, Source<byte[], ?, ?> source, FlinkBench bench) implements Turn {

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  @Override
  public Sample take() throws Exception {
    System.gc();
    Arrivals.reset();
    long cpu = SYSTEM.getProcessCpuTime();
    bench.run(source);
    cpu = SYSTEM.getProcessCpuTime() - cpu;
    if (Arrivals.events() != bench.events()) {
      throw new IllegalStateException(
          name + " gave " + Arrivals.events() + " events of " + bench.events());
    }
    return new Sample(bench.events(), Arrivals.nanos(), cpu, Sample.NOT_MEASURED);
  }
}
