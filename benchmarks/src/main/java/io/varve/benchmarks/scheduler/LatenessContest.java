package io.varve.benchmarks.scheduler;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.load.Values;
import io.varve.benchmarks.measure.Folders;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * How much later than it was due an event can be read from the ready log, durable: in real time, at
 * some rates, with another thread that appends delayed events all the while.
 *
 * @param seconds how long events are appended, and as many come out
 */
public record LatenessContest(
    Path folder, List<Integer> rates, int seconds, Consumer<String> progress) {

  /** Of these how much later than it comes each event is due, randomly. */
  private static final int DELAY_MS_MIN = 500;

  private static final int DELAY_MS_MAX = 10_000;

  /** What falls due while the machine's code is still being compiled does not count. */
  private static final long WARM_UP_MS = 10_000;

  private static final int VALUE_BYTES = 100;
  private static final int COMMIT_MS = 10;
  private static final long LOOK_NANOS = 50_000;

  /** Runs all rates and returns a table. */
  public String run() throws Exception {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        **Lateness, durable and readable, in real time**

        |  events/s | p50, ms | p99, ms | p99.9, ms | max, ms |
        | ---: | ---: | ---: | ---: | ---: |
        """);
    for (int rate : rates) {
      Path path = folder.resolve("lateness");
      try {
        Histogram micros = run(path, rate);
        text.append(
            String.format(
                Locale.ROOT,
                "| %,d | %.2f | %.2f | %.2f | %.1f |%n",
                rate,
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                micros.getValueAtPercentile(99.9) / 1e3,
                micros.getMaxValue() / 1e3));
        progress.accept(rate + " events/s: " + micros.getTotalCount() + " counted");
      } finally {
        Folders.delete(path);
      }
    }
    return text.append('\n').toString();
  }

  private Histogram run(Path path, int rate) throws Exception {
    try (Store store = Store.open(path, StoreSettings.defaults());
        LogWriter writer = store.openWriter(VarveQueue.LOG, LogSettings.defaults(), "benchmark")) {
      try (Scheduler scheduler =
          store.openScheduler(
              VarveQueue.LOG, SchedulerSettings.of(VarveQueue.LOG.stream()), "benchmark")) {
        Thread releasing = new Thread(scheduler::run, "releasing");
        releasing.start();
        long events = (long) rate * seconds;
        CompletableFuture<Histogram> lateness =
            CompletableFuture.supplyAsync(() -> read(store, events, now()));
        append(writer, rate, events);
        Histogram micros = lateness.get(seconds + 60, TimeUnit.SECONDS);
        scheduler.stop();
        releasing.join();
        return micros;
      }
    }
  }

  private static void append(LogWriter writer, int rate, long events) throws Exception {
    SplittableRandom random = new SplittableRandom(rate);
    Values values = new Values(VALUE_BYTES);
    long start = System.nanoTime();
    CompletableFuture<Long> committed = CompletableFuture.completedFuture(0L);
    long number = 0;
    for (long ms = 1; number < events; ms++) {
      long nowMs = System.currentTimeMillis();
      for (; number < Math.min(events, ms * rate / 1000); number++) {
        writer.append(
            new Event(
                number,
                nowMs,
                TimestampType.CREATE,
                Encoding.BYTES,
                null,
                Encoding.BYTES,
                values.get(number),
                Headers.EMPTY,
                null,
                nowMs + random.nextInt(DELAY_MS_MIN, DELAY_MS_MAX)));
      }
      if (ms % COMMIT_MS == 0 && committed.isDone()) {
        committed.get();
        committed = writer.commit();
      }
      LockSupport.parkNanos(start + ms * 1_000_000 - System.nanoTime());
    }
    writer.sync();
  }

  private static Histogram read(Store store, long events, long startMicros) {
    Histogram micros = new Histogram(TimeUnit.MINUTES.toMicros(1), 3);
    try (LogReader reader = store.openReader(DelayQueue.READY, ReadRange.all())) {
      for (long count = 0; count < events; ) {
        while (reader.next()) {
          long dueMicros = TimeUnit.MILLISECONDS.toMicros(reader.event().dueTimeMs());
          if (dueMicros - startMicros >= TimeUnit.MILLISECONDS.toMicros(WARM_UP_MS)) {
            micros.recordValue(Math.max(0, now() - dueMicros));
          }
          count++;
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    return micros;
  }

  private static long now() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1000;
  }
}
