package io.varve.benchmarks.scheduler;

import io.varve.LogWriter;
import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.SimulatedTime;
import io.varve.Store;
import io.varve.benchmarks.load.Values;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * What one process does with a log of which very much is pending: {@code fill FOLDER EVENTS}
 * schedules it and waits to be killed, {@code fire FOLDER MS} opens it when the first event has
 * been due for so long, waits until the first has been released durably, and closes it. Each says a
 * line of numbers then.
 */
final class PendingTurn {

  static final StreamPartition LOG = new StreamPartition("events", 1, 0);
  static final StreamPartition READY = new StreamPartition("events.ready", 1, 0);

  private static final long START_MS = Values.FIRST_TIMESTAMP_MS;
  private static final long FIRST_DUE_MS = START_MS + 3_600_000;
  private static final int WINDOW_MS = 86_400_000;
  private static final int STEP_EVENTS = 16_384;
  private static final int VALUE_BYTES = 100;

  private PendingTurn() {}

  public static void main(String... arguments) {
    Path folder = Path.of(arguments[1]);
    long number = Long.parseLong(arguments[2]);
    boolean fills = arguments[0].equals("fill");
    System.out.println(fills ? fill(folder, number) : fire(folder, number));
    if (fills) {
      // Until it is killed.
      LockSupport.park();
    }
  }

  private static String fill(Path folder, long events) {
    Store store = new SimulatedTime(START_MS).open(folder);
    LogWriter writer = store.openWriter(LOG, LogSettings.defaults(), "benchmark");
    Scheduler scheduler = store.openScheduler(LOG, SchedulerSettings.of(LOG.stream()), "benchmark");
    SplittableRandom random = new SplittableRandom(events);
    Values values = new Values(VALUE_BYTES);
    long taking = 0;
    long longest = 0;
    for (long number = 0; number < events; number++) {
      writer.append(
          new Event(
              number,
              START_MS,
              TimestampType.CREATE,
              Encoding.BYTES,
              null,
              Encoding.BYTES,
              values.get(number),
              Headers.EMPTY,
              null,
              FIRST_DUE_MS + random.nextInt(WINDOW_MS)));
      if ((number + 1) % STEP_EVENTS == 0 || number + 1 == events) {
        if (number + 1 == events) {
          writer.sync();
        }
        do {
          long start = System.nanoTime();
          scheduler.step();
          long took = System.nanoTime() - start;
          taking += took;
          longest = Math.max(longest, took);
        } while (number + 1 == events && scheduler.metrics().nextOffset() < events);
      }
    }
    return String.format(
        Locale.ROOT,
        "%.1f %.1f %d %d",
        taking / 1e9,
        longest / 1e6,
        scheduler.metrics().memoryBytes(),
        residentBytes());
  }

  private static String fire(Path folder, long ms) {
    SimulatedTime time = new SimulatedTime(FIRST_DUE_MS + ms);
    long start = System.nanoTime();
    Store store = time.open(folder);
    long before = store.stats(READY).nextOffset();
    Scheduler scheduler = store.openScheduler(LOG, SchedulerSettings.of(LOG.stream()), "benchmark");
    long opened = System.nanoTime();
    while (store.stats(READY).nextOffset() == before) {
      if (!scheduler.step()) {
        LockSupport.parkNanos(100_000);
      }
    }
    long fired = System.nanoTime();
    long pending = scheduler.metrics().pending();
    long memory = scheduler.metrics().memoryBytes();
    scheduler.close();
    long closed = System.nanoTime();
    store.close();
    return String.format(
        Locale.ROOT,
        "%.3f %.3f %.3f %d %d %d",
        (opened - start) / 1e9,
        (fired - start) / 1e9,
        (closed - fired) / 1e9,
        pending,
        memory,
        residentBytes());
  }

  /** What the process has taken of memory at most, as Linux tells. */
  private static long residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return 0;
  }
}
