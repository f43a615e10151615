package io.varve.benchmarks.fields;

import io.varve.FieldIndexes;
import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.Statistics;
import io.varve.event.StreamPartition;
import io.varve.field.FieldBuild;
import io.varve.query.EventFilter;
import io.varve.query.FilteredReader;
import io.varve.query.ValueFields;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Builds indexes of a log of orders, and replays few of its events with them and without. */
public final class FieldContest {

  /** How long each replay is repeated before it counts. */
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private final Path folder;
  private final long events;
  private final List<Format> formats;
  private final int rounds;
  private final Consumer<String> progress;
  private final StringBuilder text = new StringBuilder();

  /** What values are stored as. */
  public enum Format {
    AVRO,
    JSON
  }

  public FieldContest(
      Path folder, long events, List<Format> formats, int rounds, Consumer<String> progress) {
    this.folder = folder;
    this.events = events;
    this.formats = List.copyOf(formats);
    this.rounds = rounds;
    this.progress = progress;
  }

  /** The tables, in Markdown. */
  public String run() throws IOException {
    for (Format format : formats) {
      try {
        run(format == Format.AVRO);
      } finally {
        Folders.delete(folder);
      }
    }
    return text.toString();
  }

  private void run(boolean avro) throws IOException {
    String kind = avro ? "Avro" : "JSON";
    StreamPartition log = new StreamPartition("orders", 1, 0);
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      progress.accept("append " + kind);
      new Orders(avro, events).append(store, log);
      long bytes = store.stats(log).bytes();
      print("**%,d orders in %s, LZ4, %,d bytes**%n%n", events, kind, bytes);
      build(store, log, bytes);
      replay(store, log);
    }
  }

  private void build(Store store, StreamPartition log, long bytes) {
    print("| index of | events/s a core | bytes | of the log |%n");
    print("| --- | ---: | ---: | ---: |%n");
    FieldIndexes indexes = store.fieldIndexes();
    for (List<String> fields :
        List.of(
            List.of("value.country"),
            List.of("value.customer_id"),
            List.of("value.order_id"),
            List.of("value.country", "value.customer_id", "value.order_id"))) {
      List<Double> rates = new ArrayList<>();
      long size = 0;
      for (int round = 0; round < rounds; round++) {
        indexes.deleteAll(log);
        indexes.define("orders", fields);
        long cpu = cpuNanos();
        FieldBuild.Report report =
            indexes.build(log, new ValueFields(store.schemas()), (e, b, left) -> {}, () -> true);
        rates.add(report.events() * 1e9 / (cpuNanos() - cpu));
        size = report.bytes();
        progress.accept(String.format(Locale.ROOT, "build %s: %,.0f/s", fields, rates.get(round)));
      }
      print(
          "| %s | %,.0f | %,d | %.1f %% |%n",
          String.join(", ", fields),
          Statistics.of(rates.stream().mapToDouble(each -> each).toArray()).median(),
          size,
          100.0 * size / bytes);
    }
    print("%n");
  }

  /** Processor time of the whole process, so that what other threads do is counted, too. */
  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private void replay(Store store, StreamPartition log) {
    print("| replay of | events | read | ms | without index, ms | times | reading all, times |%n");
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |%n");
    double all = readAll(store, log);
    String id = Orders.id(events * 2 / 3);
    List<String> filters =
        List.of(
            "value.order_id == \"" + id + "\"",
            "value.order_id == \"" + Orders.id(events + 5) + "\"",
            "value.customer_id == 4242",
            "value.customer_id in [1, 77777] && value.country == \"UA\" && value.total > 900.0",
            "value.country == \"UA\"");
    for (String filter : filters) {
      List<Double> with = new ArrayList<>();
      long[] found = {0, 0};
      long warm = System.nanoTime() + WARM_UP_NANOS;
      while (System.nanoTime() < warm) {
        replay(store, log, filter, found);
      }
      for (int round = 0; round < 3 * rounds; round++) {
        with.add(replay(store, log, filter, found));
      }
      double ms = Statistics.of(with.stream().mapToDouble(each -> each).toArray()).median();
      double without = withoutIndex(store, log, filter);
      progress.accept(String.format(Locale.ROOT, "%s: %.2f ms, %.0f ms", filter, ms, without));
      print(
          "| `%s` | %,d | %,d | %.2f | %,.0f | %,.0f | %,.0f |%n",
          filter, found[0], found[1], ms, without, without / ms, all / ms);
    }
    print("%n");
  }

  private double readAll(Store store, StreamPartition log) {
    List<Double> times = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      long begin = System.nanoTime();
      try (LogReader reader = store.openReader(log, ReadRange.offsets(0, events))) {
        long bytes = 0;
        while (reader.next()) {
          bytes += reader.event().valueLength();
        }
        if (bytes == 0) {
          throw new IllegalStateException("Nothing was read");
        }
      }
      times.add((System.nanoTime() - begin) / 1e6);
    }
    double ms = Statistics.of(times.stream().mapToDouble(each -> each).toArray()).median();
    progress.accept(String.format(Locale.ROOT, "read all: %.0f ms", ms));
    return ms;
  }

  private double replay(Store store, StreamPartition log, String filter, long[] found) {
    long begin = System.nanoTime();
    found[0] = 0;
    try (FilteredReader reader =
        EventFilter.compile(filter).open(store, log, ReadRange.offsets(0, events))) {
      while (reader.next()) {
        found[0]++;
      }
      found[1] = reader.eventsRead();
    }
    return (System.nanoTime() - begin) / 1e6;
  }

  private double withoutIndex(Store store, StreamPartition log, String filter) {
    long begin = System.nanoTime();
    try (FilteredReader reader =
        EventFilter.compile(filter)
            .plan(log)
            .openWithoutIndex(store, ReadRange.offsets(0, events))) {
      while (reader.next()) {
        if (reader.event().offset() < 0) {
          throw new IllegalStateException("An event without an offset");
        }
      }
    }
    return (System.nanoTime() - begin) / 1e6;
  }

  private void print(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }
}
