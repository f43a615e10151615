package io.varve.benchmarks.state;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * Backends against each other: each suite, round by round, one backend after the other.
 *
 * @param folder a folder of its own, deleted at the end
 * @param json gets all results, one in a line
 * @param rounds of each suite; null: as many as the suite's kind has by default
 * @param heap of each process, as {@code -Xmx} has it; null: as the suite's kind has by default
 * @param configuration of Flink, beside the backend's name
 * @param only regular expression of rows
 * @param progress is told what is going on
 */
record StateContest(
    Path folder,
    Path json,
    List<String> backends,
    Set<Suite> suites,
    @Nullable Integer rounds,
    Sizes sizes,
    @Nullable String heap,
    Map<String, String> configuration,
    String only,
    Consumer<String> progress) {

  /**
   * Runs it.
   *
   * @param tables gets the tables
   * @return whether all went well
   */
  boolean run(Consumer<String> tables) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Thread cleaner = new Thread(() -> FileUtils.deleteDirectoryQuietly(folder.toFile()));
    Runtime.getRuntime().addShutdownHook(cleaner);
    try {
      checkRoom();
      List<Result> results = results();
      tables.accept(table(results));
      List<String> disagreements = disagreements(results);
      disagreements.forEach(tables);
      return disagreements.isEmpty() && results.stream().allMatch(each -> each.failure() == null);
    } finally {
      FileUtils.deleteDirectory(folder.toFile());
    }
  }

  private List<Result> results() throws IOException, InterruptedException {
    List<Result> results = new ArrayList<>();
    Files.createDirectories(json.getParent());
    ObjectMapper mapper = new ObjectMapper();
    try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(json))) {
      for (Suite suite : suites) {
        for (int round = 1; round <= rounds(suite); round++) {
          for (String backend : backends) {
            progress.accept(
                "%s, round %d: %s".formatted(suite.title(), round, StateTable.shortName(backend)));
            TurnProcess.take(
                request(suite, round, backend),
                heap(suite),
                result -> {
                  results.add(result);
                  lines.println(line(mapper, result));
                  lines.flush();
                });
            FileUtils.deleteDirectory(turnFolder().toFile());
          }
        }
      }
    }
    return results;
  }

  private Turn.Request request(Suite suite, int round, String backend) {
    return new Turn.Request(
        backend, round, suite, sizes, configuration, only, turnFolder().toString());
  }

  private Path turnFolder() {
    return folder.resolve("turn");
  }

  private String table(List<Result> results) {
    String base = backends.contains("rocksdb") ? "rocksdb" : backends.get(0);
    StringBuilder text = new StringBuilder(new StateTable(backends, base).of(results));
    for (Result result : results) {
      if (result.failure() != null) {
        text.append(
            "%s %s, round %d: %s%n"
                .formatted(
                    StateTable.shortName(result.backend()),
                    result.row(),
                    result.round(),
                    result.failure()));
      }
    }
    return text.toString();
  }

  /** Rows whose answers aren't the same in all turns. */
  static List<String> disagreements(List<Result> results) {
    List<String> disagreements = new ArrayList<>();
    Map<String, Result> firsts = new HashMap<>();
    for (Result result : results) {
      if (result.answer() != null) {
        Result first = firsts.putIfAbsent(result.row(), result);
        if (first != null && !result.answer().equals(first.answer())) {
          disagreements.add(
              "WRONG ANSWER of %s: %s says %s in round %d, %s said %s in round %d%n"
                  .formatted(
                      result.row(),
                      StateTable.shortName(result.backend()),
                      result.answer(),
                      result.round(),
                      StateTable.shortName(first.backend()),
                      first.answer(),
                      first.round()));
        }
      }
    }
    return disagreements;
  }

  private int rounds(Suite suite) {
    return rounds != null ? rounds : suite.isJob() ? 2 : 3;
  }

  private String heap(Suite suite) {
    return heap != null ? heap : suite.isJob() ? "1g" : "4g";
  }

  private void checkRoom() throws IOException {
    long need = suites.stream().mapToLong(suite -> suite.bytesMax(sizes)).max().orElse(0);
    long usable = Files.getFileStore(folder).getUsableSpace();
    progress.accept(
        "%s has %,d MiB of room; this needs up to %,d".formatted(folder, usable >> 20, need >> 20));
    if (usable < need) {
      throw new IOException(
          "%s has %,d MiB of room; this needs %,d. Choose another --folder or smaller sizes"
              .formatted(folder, usable >> 20, need >> 20));
    }
  }

  private static String line(ObjectMapper mapper, Result result) {
    try {
      return mapper.writeValueAsString(result);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
