package io.varve.benchmarks.operate;

import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.JavaChild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Opens a large log, after it was closed and after its writer was killed; and beside it a small
 * one, whose tail is as long.
 *
 * @param folder where the small log goes
 * @param large where the large log goes, which stays
 * @param bytes size of the large log
 */
record Recovery(Path folder, Path large, long bytes, int rounds, Consumer<String> progress) {

  private static final int KILL_LINES_MIN = 20;

  /** So that the open segment is anything from nearly empty to full. */
  private static final int KILL_LINES_MORE = 400;

  String table() throws IOException, InterruptedException {
    Path small = folder.resolve("small");
    LargeLog.fill(large, bytes, progress);
    List<Opening> largeClean = new ArrayList<>();
    List<Opening> largeKilled = new ArrayList<>();
    List<Opening> smallClean = new ArrayList<>();
    List<Opening> smallKilled = new ArrayList<>();
    try {
      for (int round = 0; round < rounds; round++) {
        progress.accept("recovery, round %d of %d".formatted(round + 1, rounds));
        Folders.delete(small);
        LargeLog.fill(small, 1 << 20, done -> {});
        smallClean.add(Opening.measure(small));
        largeClean.add(Opening.measure(large));
        int lines = KILL_LINES_MIN + new Random(round).nextInt(KILL_LINES_MORE);
        smallKilled.add(killed(small, lines));
        largeKilled.add(killed(large, lines));
      }
    } finally {
      Folders.delete(small);
    }
    Cells table =
        new Cells(
            "Opening a log",
            "for writing, ms",
            "a reader then, ms",
            "MiB checked",
            "ms for 100 MiB checked");
    String size = Cells.number(bytes(large) / (double) (1 << 30), 1) + " GiB";
    row(table, size + ", closed", largeClean);
    row(table, "1 MiB, closed", smallClean);
    row(table, size + ", writer killed", largeKilled);
    row(table, "the tail alone, writer killed", smallKilled);
    return table.toString();
  }

  private static void row(Cells table, String name, List<Opening> openings) {
    List<Double> checked = openings.stream().map(each -> mib(each.verifiedBytes())).toList();
    List<Double> writer = openings.stream().map(Opening::writerMs).toList();
    double perMib = writer.stream().mapToDouble(each -> each).sum() / sum(checked);
    table.row(
        name,
        Cells.spread(writer, 0),
        Cells.spread(openings.stream().map(Opening::readerMs).toList(), 0),
        Cells.spread(checked, 0),
        sum(checked) == 0 ? "–" : Cells.number(100 * perMib, 0));
  }

  private static double sum(List<Double> numbers) {
    return numbers.stream().mapToDouble(each -> each).sum();
  }

  private static double mib(long bytes) {
    return bytes / (double) (1 << 20);
  }

  /** Kills a writer in the middle of its work and opens what it leaves. */
  private static Opening killed(Path folder, int lines) throws IOException, InterruptedException {
    try (JavaChild writer = JavaChild.start(LoadedWriter.class, folder.toString())) {
      for (int line = 0; line < lines; line++) {
        writer.line();
      }
    }
    return Opening.measure(folder);
  }

  static long bytes(Path folder) throws IOException {
    long sum = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
    }
    return sum;
  }
}
