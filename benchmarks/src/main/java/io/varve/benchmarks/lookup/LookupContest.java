package io.varve.benchmarks.lookup;

import io.varve.benchmarks.load.Values;
import io.varve.benchmarks.lookup.LookupTurn.State;
import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.ResultTable;
import io.varve.benchmarks.measure.Statistics;
import io.varve.format.Codec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.rocksdb.CompressionType;

/**
 * Looks keys up in a stream and in RocksDB, which hold the same.
 *
 * @param folder a folder of its own, deleted at the end
 * @param lz4 whether both compress
 * @param cacheBytes the cache that is large enough for everything
 * @param wanted which tables to make, by their titles
 * @param progress is told what goes on
 */
public record LookupContest(
    Path folder,
    long keys,
    int valueBytes,
    boolean lz4,
    int batchBytes,
    long cacheBytes,
    int rounds,
    long lookups,
    long coldLookups,
    Predicate<String> wanted,
    Consumer<String> progress) {

  private static final long SMALL_CACHE_BYTES = 64 << 20;

  /** Returns the tables, in Markdown. */
  public String run() throws Exception {
    Load load = new Load(keys, new Values(valueBytes));
    Path varve = Files.createDirectories(folder.resolve("varve"));
    Path rocks = Files.createDirectories(folder.resolve("rocksdb"));
    try {
      CompressionType compression =
          lz4 ? CompressionType.LZ4_COMPRESSION : CompressionType.NO_COMPRESSION;
      StringBuilder text = new StringBuilder();
      double varveSeconds =
          seconds(
              "Varve, filling and making the table",
              () -> VarveKeys.fill(varve, load, lz4 ? Codec.LZ4 : Codec.NONE, batchBytes));
      double rocksSeconds =
          seconds(
              "RocksDB, filling and compacting", () -> RocksKeys.fill(rocks, load, compression));
      text.append(
          String.format(
              Locale.ROOT,
              "Filling took %.0f s and %.0f s (RocksDB ÷ Varve %.1f).",
              varveSeconds,
              rocksSeconds,
              rocksSeconds / varveSeconds));
      try (VarveKeys view = new VarveKeys(varve, 0)) {
        text.append(
            String.format(
                Locale.ROOT, " The view takes %.1f bytes a key.%n%n", view.bytesPerKey()));
      }
      for (Setting each :
          List.of(
              new Setting("Warm, all in the cache", State.WARM, cacheBytes, lookups, false),
              new Setting("Warm, cache of 64 MiB", State.WARM, SMALL_CACHE_BYTES, lookups, false),
              new Setting("Keys that aren't there", State.WARM, SMALL_CACHE_BYTES, lookups, true),
              new Setting("Cold", State.COLD, SMALL_CACHE_BYTES, coldLookups, false))) {
        if (!wanted.test(each.title())) {
          continue;
        }
        text.append(
            contest(
                each,
                turn("Varve", varve, where -> new VarveKeys(where, each.cacheBytes()), load, each),
                turn(
                    "RocksDB",
                    rocks,
                    where -> new RocksKeys(where, each.cacheBytes(), compression),
                    load,
                    each)));
      }
      return text.toString();
    } finally {
      Folders.delete(folder);
    }
  }

  private record Setting(
      String title, State state, long cacheBytes, long lookups, boolean absent) {}

  private static LookupTurn turn(
      String name, Path folder, KeyStore.Opening opening, Load load, Setting setting) {
    return new LookupTurn(
        name, folder, opening, load, setting.state(), setting.lookups(), setting.absent());
  }

  private String contest(Setting setting, LookupTurn varve, LookupTurn rocks) throws Exception {
    for (int round = 0; round < rounds; round++) {
      for (LookupTurn turn : List.of(varve, rocks)) {
        turn.take(round, 3);
        progress.accept(
            "%s, round %d, %s: %.2f us a key"
                .formatted(
                    setting.title(),
                    round + 1,
                    turn.name(),
                    turn.micros().get(turn.micros().size() - 1)));
      }
    }
    StringBuilder text = new StringBuilder();
    text.append(
        "**%s, %,d keys with %s%s**\n\n"
            .formatted(setting.title(), keys, ResultTable.size(valueBytes), lz4 ? ", lz4" : ""));
    text.append("|  | µs/key | min–max | RocksDB ÷ it | disk bytes/key | opens in ms |\n");
    text.append("| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (LookupTurn turn : List.of(varve, rocks)) {
      Statistics micros = of(turn.micros());
      double[] ratios = new double[turn.micros().size()];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = rocks.micros().get(i) / turn.micros().get(i);
      }
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %.2f | %.2f–%.2f | %.2f | %.0f | %s |\n",
              turn.name(),
              micros.median(),
              micros.min(),
              micros.max(),
              Statistics.of(ratios).median(),
              of(turn.diskBytes()).median(),
              turn.openMillis().isEmpty()
                  ? "–"
                  : String.format(Locale.ROOT, "%.0f", of(turn.openMillis()).median())));
    }
    return text.append('\n').toString();
  }

  private static Statistics of(List<Double> values) {
    return Statistics.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private interface Step {
    void run() throws Exception;
  }

  private double seconds(String what, Step step) throws Exception {
    progress.accept(what);
    long start = System.nanoTime();
    step.run();
    return (System.nanoTime() - start) / 1e9;
  }
}
