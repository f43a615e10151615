package io.varve.benchmarks.timers;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One facility's turns.
 *
 * @param ownClock whether it goes by the machine's clock, in threads of its own
 * @param drains whether it can be made to give timers as fast as it can
 */
record TimerTurn(String name, boolean ownClock, boolean drains, Timers.Opening opening) {

  /** Long after the last timer was added, for one that can't be drained. */
  private static final long FAR_MS = TimeUnit.MINUTES.toMillis(20);

  /** Adds timers, looks at the heap, and takes them out as fast as it goes. */
  Outcome drain(int timers) throws Exception {
    tidyUp();
    long heapBefore = heapBytes();
    Tally tally = new Tally(false);
    long nowMs = System.nanoTime() / 1_000_000;
    long startMs = drains ? nowMs - Load.windowMs(timers) - 1_000 : nowMs + FAR_MS;
    Load load = Load.starting(timers, startMs);
    try (Timers facility = opening.open(load, tally)) {
      CpuTime before = CpuTime.now();
      long addNanos = add(load, facility);
      facility.settle();
      CpuTime added = CpuTime.now();
      System.gc();
      double heap = (double) (heapBytes() - heapBefore) / timers;
      if (!drains) {
        return outcome(load, addNanos, before, added, heap, Double.NaN, Double.NaN, Double.NaN);
      }
      CpuTime full = CpuTime.now();
      long start = System.nanoTime();
      for (long ms = startMs; tally.count() < timers && ms <= nowMs; ms++) {
        facility.expire(ms);
      }
      await(tally, timers);
      double rate = timers * 1e9 / (System.nanoTime() - start);
      CpuTime end = CpuTime.now();
      tally.check(load, name);
      double process =
          added.processNanos() - before.processNanos() + end.processNanos() - full.processNanos();
      return outcome(
          load,
          addNanos,
          before,
          added,
          heap,
          rate,
          (double) (end.threadsNanos() - full.threadsNanos()) / timers,
          process / timers);
    }
  }

  private static Outcome outcome(
      Load load,
      long addNanos,
      CpuTime before,
      CpuTime added,
      double heapBytes,
      double expiriesPerSecond,
      double expiryCpuNanos,
      double processCpuNanos) {
    return new Outcome(
        load.timers() * 1e9 / addNanos,
        (double) (added.threadsNanos() - before.threadsNanos()) / load.timers(),
        heapBytes,
        expiriesPerSecond,
        expiryCpuNanos,
        processCpuNanos,
        Double.NaN,
        Double.NaN);
  }

  /** Adds timers, and takes them out when they are due by the machine's clock. */
  Outcome keepTime(int timers) throws Exception {
    tidyUp();
    Tally tally = new Tally(true);
    // Time enough for all to be added before the first is due.
    long startMs = tally.nowMs() + 1_000 + timers / 1_000;
    Load load = Load.starting(timers, startMs);
    try (Timers facility = opening.open(load, tally)) {
      CpuTime before = CpuTime.now();
      facility.start();
      long addNanos = add(load, facility);
      if (ownClock && tally.nowMs() >= startMs) {
        throw new IllegalStateException(
            name + " was so slow to add that timers were due before the last was added");
      }
      if (!ownClock) {
        tally.clockAhead((startMs - 10) * 1_000_000 - System.nanoTime());
      }
      while (tally.nowMs() < startMs) {
        parkUntil(tally, startMs);
      }
      CpuTime added = CpuTime.now();
      if (ownClock) {
        await(tally, timers);
      } else {
        while (tally.count() < timers) {
          long nowMs = tally.nowMs();
          facility.expire(nowMs);
          parkUntil(tally, nowMs + 1);
        }
      }
      CpuTime end = CpuTime.now();
      tally.check(load, name);
      return new Outcome(
          timers * 1e9 / addNanos,
          (double) (added.threadsNanos() - before.threadsNanos()) / timers,
          Double.NaN,
          Double.NaN,
          (double) (end.threadsNanos() - added.threadsNanos()) / timers,
          (double) (end.processNanos() - before.processNanos()) / timers,
          tally.latenessMs(0.5),
          tally.latenessMs(0.99));
    }
  }

  private static long add(Load load, Timers facility) {
    long start = System.nanoTime();
    load.addTo(facility);
    return System.nanoTime() - start;
  }

  private static void parkUntil(Tally tally, long ms) {
    long nanos = ms * 1_000_000 - tally.nowNanos();
    if (nanos > 0) {
      LockSupport.parkNanos(nanos);
    }
  }

  private static void await(Tally tally, int timers) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (tally.count() < timers) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "only " + tally.count() + " of " + timers + " timers were given within five minutes");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Twice, since a timer before may have had a finalizer. */
  private static void tidyUp() throws InterruptedException {
    System.gc();
    TimeUnit.MILLISECONDS.sleep(200);
    System.gc();
  }

  private static long heapBytes() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
