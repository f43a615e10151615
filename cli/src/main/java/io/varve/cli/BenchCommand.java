package io.varve.cli;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve bench}. */
@CommandLine.Command(
    name = "bench",
    header = "Measures appending, syncing and replaying on a disk.",
    description = {
      "",
      "Works in a new folder inside FOLDER and removes it at the end. Replayed events were written"
          + " just before and come from memory, not from the disk."
    },
    footer = {
      "",
      "Columns:",
      "  EVENT           bytes of a value; half of each value is random, half is text",
      "  APPENDED, REPLAYED          events a second; appended ones are durable at the end",
      "  APPEND_BYTES, REPLAY_BYTES  bytes of values a second",
      "  SYNC_P50, _P99, _MAX        microseconds from a single event to its being durable: half of",
      "                              all took at most so long, 99 of 100, all",
      "",
      "Examples:",
      "  ./varve bench /var/lib",
      "  ./varve bench /mnt/disk --size 100 --size 10000 --codec zstd",
      "",
      "Exit codes: 0 fine; 2 wrong usage; 3 it could not be done, for one for lack of room."
    })
final class BenchCommand extends Command {

  private static final StreamPartition LOG = new StreamPartition("bench", 1, 0);
  private static final int VALUES = 64;
  private static final int PROGRESS_INTERVAL = 1024;
  private static final long LATENCY_MAX_MICROS = TimeUnit.MINUTES.toMicros(1);

  @Parameters(
      paramLabel = "FOLDER",
      arity = "0..1",
      description = "A folder on the disk to measure. Default: the current one.")
  private Path folder = Path.of("");

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "Size of a value; may be given more than once. Default: 100, 1024 and 10240.")
  private List<Integer> sizes = List.of(100, 1024, 10_240);

  @Option(
      names = "--volume",
      paramLabel = "MIB",
      description = "How much to append for each size. Default: 256.")
  private int volumeMib = 256;

  @Option(
      names = "--syncs",
      paramLabel = "N",
      description = "How many single events to sync for each size. Default: 500.")
  private int syncs = 500;

  @Option(
      names = "--codec",
      paramLabel = "CODEC",
      description = "How batches are compressed: none, lz4, zstd or snappy. Default: none.")
  private Codec codec = Codec.NONE;

  @Mixin private final TableOutput output = new TableOutput();
  @Mixin private final Progress progress = new Progress();

  @Override
  public Integer call() throws IOException {
    if (volumeMib < 1 || syncs < 1 || sizes.stream().anyMatch(size -> size < 1 || size > 1 << 20)) {
      throw new BadInputException(
          "expected --volume and --syncs from 1, and --size from 1 to 1048576");
    }
    Table table =
        new Table(
            new Column("event", Kind.COUNT),
            new Column("appended", Kind.COUNT),
            new Column("append_bytes", Kind.BYTES),
            new Column("replayed", Kind.COUNT),
            new Column("replay_bytes", Kind.BYTES),
            new Column("sync_p50", Kind.COUNT),
            new Column("sync_p99", Kind.COUNT),
            new Column("sync_max", Kind.COUNT));
    for (int size : sizes) {
      Path work = Files.createTempDirectory(folder.toAbsolutePath(), "varve-bench-");
      try {
        measure(work, size, table);
      } finally {
        progress.end(err());
        Folders.delete(work);
      }
    }
    output.print(table, out());
    return ExitCode.FINE;
  }

  private void measure(Path work, int size, Table table) {
    long events = Math.max(1, ((long) volumeMib << 20) / size);
    byte[][] values = values(size);
    try (Store store = Store.open(work, StoreSettings.defaults())) {
      double appendSeconds;
      Histogram latencies;
      try (LogWriter writer =
          store.openWriter(LOG, LogSettings.defaults().withCodec(codec), "varve bench")) {
        appendSeconds = append(writer, values, events);
        latencies = sync(writer, values);
      }
      double replaySeconds = replay(store, events);
      table.add(
          size,
          Math.round(events / appendSeconds),
          Math.round(events * (double) size / appendSeconds),
          Math.round(events / replaySeconds),
          Math.round(events * (double) size / replaySeconds),
          latencies.getValueAtPercentile(50),
          latencies.getValueAtPercentile(99),
          latencies.getMaxValue());
    }
  }

  private static byte[][] values(int size) {
    SplittableRandom random = new SplittableRandom(1);
    byte[][] values = new byte[VALUES][size];
    for (byte[] value : values) {
      random.nextBytes(value);
      for (int i = 0; i < size / 2; i++) {
        value[i] = (byte) ('a' + i % 16);
      }
    }
    return values;
  }

  private double append(LogWriter writer, byte[][] values, long events) {
    long start = System.nanoTime();
    for (long i = 0; i < events; i++) {
      byte[] value = values[(int) (i % VALUES)];
      writer.append(Event.of(i, i, null, value));
      if (i % PROGRESS_INTERVAL == 0) {
        progress.bytes(err(), "append", i * value.length, events * value.length);
      }
    }
    writer.sync();
    progress.end(err());
    return (System.nanoTime() - start) / 1e9;
  }

  private Histogram sync(LogWriter writer, byte[][] values) {
    Histogram micros = new Histogram(LATENCY_MAX_MICROS, 3);
    for (int i = 0; i < syncs; i++) {
      long start = System.nanoTime();
      long offset = writer.nextOffset();
      writer.append(Event.of(offset, offset, null, values[i % VALUES]));
      writer.sync();
      long took = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
      micros.recordValue(Math.min(took, LATENCY_MAX_MICROS));
    }
    return micros;
  }

  private double replay(Store store, long events) {
    long start = System.nanoTime();
    long sum = 0;
    long read = 0;
    try (LogReader reader = store.openReader(LOG, ReadRange.offsets(0, events))) {
      while (reader.next()) {
        sum += reader.event().valueLength();
        if (read++ % PROGRESS_INTERVAL == 0) {
          progress.bytes(err(), "replay", sum, 0);
        }
      }
    }
    progress.end(err());
    return (System.nanoTime() - start) / 1e9;
  }
}
