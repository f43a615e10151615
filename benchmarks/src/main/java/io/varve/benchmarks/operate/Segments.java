package io.varve.benchmarks.operate;

import io.varve.LogReader;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.measure.Folders;
import io.varve.commit.LogSettings;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * The same work on logs of 1, 100, 1,000 and 10,000 segments, all of one size. In each round every
 * log has its turn.
 *
 * @param bytes of the log with the most segments
 */
record Segments(Path folder, long bytes, int rounds, Consumer<String> progress) {

  private static final int[] COUNTS = {1, 100, 1000, 10_000};
  private static final int MOST = 10_000;
  private static final long SEGMENT_BYTES_MIN = 64 << 10;
  private static final int BATCHES = 4;

  /** A turn appends so many segments, or half a segment of the default size. */
  private static final int APPENDED = 20;

  /** A turn of replay reads so many segments: of one log, or of as many logs of one. */
  private static final int REPLAYED = 100;

  private static final int SEEKS = 200;

  String table() throws Exception {
    Folders.delete(folder);
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      return table(store);
    } finally {
      Folders.delete(folder);
    }
  }

  private String table(Store store) {
    LogSettings settings = settings();
    List<Size> sizes = new ArrayList<>();
    for (int count : COUNTS) {
      progress.accept("making a log of %,d segments".formatted(count));
      List<SegmentedLog> logs = new ArrayList<>();
      for (int log = 0; log < (count == 1 ? REPLAYED : 1); log++) {
        logs.add(SegmentedLog.make(store, name(count, log), settings, count));
      }
      sizes.add(new Size(count, logs, new Figures()));
    }
    for (Size size : sizes) {
      progress.accept("warm-up, %,d segments".formatted(size.count()));
      measure(store, size, 0, new Figures());
    }
    for (int round = 1; round <= rounds; round++) {
      for (Size size : sizes) {
        progress.accept("round %d of %d, %,d segments".formatted(round, rounds, size.count()));
        measure(store, size, round, size.figures());
      }
    }
    return text(settings, sizes);
  }

  private LogSettings settings() {
    long segmentBytes = Math.max(SEGMENT_BYTES_MIN, bytes / MOST);
    int batchBytes = LogSettings.defaults().batchBytes();
    return LogSettings.defaults()
        .withSegmentBytes(segmentBytes)
        .withBatchBytes((int) Math.min(batchBytes, segmentBytes / BATCHES));
  }

  private static StreamPartition name(int count, int log) {
    return new StreamPartition("segments-" + count, 1, log);
  }

  /** What was measured on the logs of one size, turn by turn. */
  private record Figures(
      List<Double> rolling,
      List<Double> appending,
      List<Double> opening,
      List<Double> replaying,
      List<Double> seeking,
      List<Double> openingAt,
      List<Double> openingAtTime,
      List<Double> seekReads,
      List<Double> openReads) {

    Figures() {
      this(list(), list(), list(), list(), list(), list(), list(), list(), list());
    }

    private static List<Double> list() {
      return new ArrayList<>();
    }
  }

  /** Logs of so many segments, and what was measured on them. */
  private record Size(int count, List<SegmentedLog> logs, Figures figures) {}

  private static void measure(Store store, Size size, int round, Figures figures) {
    SegmentedLog log = size.logs().get(0);
    Random random = new Random(round);
    replay(size.logs(), random, figures);
    try (LogReader reader = log.reader(0, Long.MAX_VALUE)) {
      figures.seeking().add(micros(log, random, at -> SegmentedLog.seek(reader, at)));
      figures.seekReads().add(reads(log, random, at -> SegmentedLog.seek(reader, at)));
    }
    figures.openingAt().add(micros(log, random, log::openAt));
    figures.openingAtTime().add(micros(log, random, log::openAtTime));
    figures.openReads().add(reads(log, random, log::openAtTime));

    // Few segments would soon be many: small logs are made anew for each turn.
    SegmentedLog written =
        size.count() <= REPLAYED
            ? SegmentedLog.make(
                store, name(size.count(), size.logs().size() + round), log.settings(), size.count())
            : log;
    long many = LogSettings.defaults().segmentBytes() / 2 / LargeLog.EVENT_BYTES;
    SegmentedLog.Appended large = written.append(LogSettings.defaults(), many);
    figures.appending().add(many * LargeLog.EVENT_BYTES / 1e6 / large.seconds());
    figures.opening().add(large.openSeconds() * 1e3);
    long few = APPENDED * written.settings().segmentBytes() / LargeLog.EVENT_BYTES;
    SegmentedLog.Appended rolled = written.append(written.settings(), few);
    figures.rolling().add(few * LargeLog.EVENT_BYTES / 1e6 / rolled.seconds());
  }

  /** Reads as many segments of one log, or of several; opening the readers does not count. */
  private static void replay(List<SegmentedLog> logs, Random random, Figures figures) {
    List<LogReader> readers = new ArrayList<>();
    try {
      for (SegmentedLog log : logs) {
        long perSegment = log.settings().segmentBytes() / LargeLog.EVENT_BYTES;
        long count = Math.min(log.events(), perSegment * REPLAYED);
        readers.add(log.reader((long) (random.nextDouble() * (log.events() - count)), count));
      }
      long events = 0;
      long start = System.nanoTime();
      for (LogReader reader : readers) {
        events += SegmentedLog.readAll(reader);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      figures.replaying().add(events * LargeLog.EVENT_BYTES / 1e6 / seconds);
    } finally {
      readers.forEach(LogReader::close);
    }
  }

  /** The median of how long a step takes, at offsets of which nobody knows, microseconds. */
  private static double micros(SegmentedLog log, Random random, LongConsumer step) {
    List<Double> micros = new ArrayList<>();
    for (int i = 0; i < SEEKS; i++) {
      long offset = random.nextLong(log.events());
      long start = System.nanoTime();
      step.accept(offset);
      micros.add((System.nanoTime() - start) / 1e3);
    }
    return Cells.median(micros);
  }

  /** How often a step has the system read. */
  private static double reads(SegmentedLog log, Random random, LongConsumer step) {
    long before = ReadCalls.soFar();
    for (int i = 0; i < SEEKS; i++) {
      step.accept(random.nextLong(log.events()));
    }
    return (ReadCalls.soFar() - before) / (double) SEEKS;
  }

  private static String text(LogSettings settings, List<Size> sizes) {
    String each = settings.segmentBytes() / 1024 + " KiB";
    Cells table =
        new Cells(
            "Segments of " + each + ", how many",
            sizes.stream().map(size -> "%,d".formatted(size.count())).toArray(String[]::new));
    row(table, "append, segments of " + each + ", MB/s", sizes, Figures::rolling, 0);
    row(table, "append, segments of 256 MiB, MB/s", sizes, Figures::appending, 0);
    row(table, "replay, MB/s", sizes, Figures::replaying, 0);
    row(table, "seek, µs", sizes, Figures::seeking, 0);
    row(table, "open a reader at an offset, µs", sizes, Figures::openingAt, 0);
    row(table, "open a reader at a time, µs", sizes, Figures::openingAtTime, 0);
    row(table, "open for writing, ms", sizes, Figures::opening, 1);
    row(table, "read calls of a seek", sizes, Figures::seekReads, 1);
    row(table, "read calls of opening at a time", sizes, Figures::openReads, 1);
    return table.toString();
  }

  /** Medians, each with its ratio to that of a single segment. */
  private static void row(
      Cells table,
      String name,
      List<Size> sizes,
      Function<Figures, List<Double>> which,
      int digits) {
    List<Double> one = which.apply(sizes.get(0).figures());
    table.row(
        name,
        sizes.stream()
            .map(size -> which.apply(size.figures()))
            .map(
                each ->
                    Cells.number(Cells.median(each), digits)
                        + " ("
                        + Cells.number(Cells.ratio(each, one), 2)
                        + ")")
            .toArray());
  }
}
