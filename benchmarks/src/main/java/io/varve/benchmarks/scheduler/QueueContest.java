package io.varve.benchmarks.scheduler;

import com.sun.management.OperatingSystemMXBean;
import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.benchmarks.load.Values;
import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.Statistics;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Schedules events whose due times are spread randomly over an hour, so that they are due in
 * another order than that of the log, and then has all of them released as fast as it goes. What
 * stands in the ready log afterwards is checked.
 *
 * @param only who has a turn; all if empty
 */
public record QueueContest(
    Path folder, long events, int rounds, String only, Consumer<String> progress) {

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static final int VALUE_BYTES = 100;
  private static final long START_MS = Values.FIRST_TIMESTAMP_MS;

  /** What is due first is a while off, so that nothing is read ahead while it is scheduled. */
  private static final long FIRST_DUE_MS = START_MS + 3_600_000;

  private static final int WINDOW_MS = 3_600_000;

  /** Times of a turn, in nanoseconds an event. */
  private record Turn(
      double scheduling, double releasing, double schedulingCpu, double releasingCpu) {
    double both() {
      return scheduling + releasing;
    }

    double cpu() {
      return schedulingCpu + releasingCpu;
    }
  }

  /** Runs all turns and returns a table. */
  public String run() throws Exception {
    Map<String, List<Turn>> turns = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (String who : List.of("varve", "rocksdb")) {
        if (only.isEmpty() || only.equals(who)) {
          Path path = folder.resolve(who);
          try {
            turn(who, path, turns);
          } finally {
            Folders.delete(path);
          }
        }
      }
    }
    return table(turns);
  }

  private void turn(String who, Path path, Map<String, List<Turn>> turns) throws Exception {
    String name;
    Turn turn;
    SplittableRandom random = new SplittableRandom(events);
    Values values = new Values(VALUE_BYTES);
    long dues = 0;
    try (DelayQueue queue =
        who.equals("varve")
            ? new VarveQueue(path, START_MS, FIRST_DUE_MS + WINDOW_MS)
            : new RocksQueue(path)) {
      System.gc();
      long cpu = SYSTEM.getProcessCpuTime();
      long start = System.nanoTime();
      for (long number = 0; number < events; number++) {
        long dueMs = FIRST_DUE_MS + random.nextInt(WINDOW_MS);
        dues += dueMs;
        queue.schedule(number, dueMs, values.get(number));
      }
      queue.scheduled();
      long scheduledCpu = SYSTEM.getProcessCpuTime();
      long scheduled = System.nanoTime();
      queue.release(events);
      long end = System.nanoTime();
      turn =
          new Turn(
              (double) (scheduled - start) / events,
              (double) (end - scheduled) / events,
              (double) (scheduledCpu - cpu) / events,
              (double) (SYSTEM.getProcessCpuTime() - scheduledCpu) / events);
      name = queue.name();
    }
    check(name, who.equals("varve") ? path : path.resolve("store"), dues);
    turns.computeIfAbsent(name, none -> new ArrayList<>()).add(turn);
    progress.accept(name + ", nanoseconds an event: " + turn);
  }

  /** Compares what was released with what was scheduled. */
  private void check(String name, Path store, long dues) {
    long count = 0;
    long sum = 0;
    long last = 0;
    try (Store reading = Store.openReadOnly(store);
        LogReader reader = reading.openReader(DelayQueue.READY, ReadRange.all())) {
      while (reader.next()) {
        long dueMs = reader.event().dueTimeMs();
        if (dueMs < last || reader.event().valueLength() != VALUE_BYTES) {
          throw new AssertionError(name + " released the event at " + count + " out of order");
        }
        count++;
        sum += dueMs;
        last = dueMs;
      }
    }
    if (count != events || sum != dues) {
      throw new AssertionError(name + " released " + count + " of " + events + ", or others");
    }
  }

  private String table(Map<String, List<Turn>> turns) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "**%,d events**%n%n"
                + "|  | scheduled and released, events/s | scheduled/s | released/s |"
                + " events a CPU second | scheduling CPU µs | releasing CPU µs |%n"
                + "| --- | ---: | ---: | ---: | ---: | ---: | ---: |%n",
            events));
    turns.forEach(
        (name, all) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %,.0f | %,.0f | %,.0f | %.2f | %.2f |%n",
                    name,
                    1e9 / median(all, Turn::both),
                    1e9 / median(all, Turn::scheduling),
                    1e9 / median(all, Turn::releasing),
                    1e9 / median(all, Turn::cpu),
                    median(all, Turn::schedulingCpu) / 1e3,
                    median(all, Turn::releasingCpu) / 1e3)));
    List<Turn> ours = turns.get("Varve");
    List<Turn> theirs = turns.get("RocksDB");
    if (ours != null && theirs != null) {
      double[] rates = new double[ours.size()];
      double[] cpus = new double[ours.size()];
      for (int i = 0; i < rates.length; i++) {
        rates[i] = theirs.get(i).both() / ours.get(i).both();
        cpus[i] = theirs.get(i).cpu() / ours.get(i).cpu();
      }
      text.append(
          String.format(
              Locale.ROOT,
              "| Varve ÷ RocksDB | %.1f | | | %.1f | | |%n",
              Statistics.of(rates).median(),
              Statistics.of(cpus).median()));
    }
    return text.append('\n').toString();
  }

  private static double median(List<Turn> turns, ToDoubleFunction<Turn> number) {
    return Statistics.of(turns.stream().mapToDouble(number).toArray()).median();
  }
}
