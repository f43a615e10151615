package io.varve.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.StoreFuzz;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lets the fuzzer loose on each decoder for some seconds, from the inputs that earlier runs found
 * worth keeping. An input that makes one fail is left beside the log in {@code target/fuzz/}, and
 * is named.
 *
 * <ul>
 *   <li>{@code -Dvarve.fuzz.seconds=N}: how long each; a second in each build, 600 at night;
 *   <li>{@code -Dvarve.fuzz.keep=true}: keeps what was found, in {@code src/test/resources/fuzz/}.
 * </ul>
 */
final class FuzzTest {

  private static final int SECONDS = Integer.getInteger("varve.fuzz.seconds", 1);

  /** From here on it pays to have the decoders compiled well. */
  private static final int LONG_SECONDS = 30;

  /** A whole store takes longer than a structure. */
  private static final int STORE_TIMES = 3;

  private static final boolean KEEP = Boolean.getBoolean("varve.fuzz.keep");
  private static final Path KEPT = Path.of("src", "test", "resources", "fuzz");

  static List<Class<?>> targets() {
    return Targets.ALL;
  }

  @ParameterizedTest
  @MethodSource("targets")
  void noInputDoesMoreThanBeRefused(Class<?> target) throws Exception {
    Path folder = Path.of("target", "fuzz", target.getSimpleName()).toAbsolutePath();
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    Path kept = KEPT.resolve(target.getSimpleName() + ".zip");
    unpack(kept, corpus);
    int seconds = target == StoreFuzz.class ? STORE_TIMES * SECONDS : SECONDS;
    fuzz(target, folder, List.of("-max_total_time=" + seconds, corpus.toString()));
    if (KEEP) {
      Path smallest = Files.createDirectories(folder.resolve("smallest"));
      fuzz(target, folder, List.of("-merge=1", smallest.toString(), corpus.toString()));
      pack(smallest, kept);
    }
  }

  private static void fuzz(Class<?> target, Path folder, List<String> arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=" + (SECONDS < LONG_SECONDS ? 1 : 4),
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=io.varve.**",
                "--instrumentation_excludes=io.varve.fuzz.**:io.varve.testkit.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-timeout=10",
                "-rss_limit_mb=2048",
                "-max_len=4096",
                "-print_final_stats=1"));
    command.addAll(arguments);
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      boolean ended = process.waitFor(STORE_TIMES * SECONDS + 300L, TimeUnit.SECONDS);
      String said = said(log);
      assertThat(ended).as("the fuzzer ended; it said%n%s", said).isTrue();
      assertThat(process.exitValue()).as("the fuzzer's end; it said%n%s", said).isZero();
      System.out.println("Fuzzed " + target.getSimpleName() + ": " + executions(said));
    } finally {
      process.destroyForcibly();
    }
  }

  /** What the fuzzer said, but for what it tells of its own doings. */
  private static String said(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> !line.startsWith("INFO: ") && !line.startsWith("#"))
          .collect(Collectors.joining(System.lineSeparator()));
    }
  }

  private static String executions(String said) {
    return said.lines()
        .filter(line -> line.startsWith("stat::number_of_executed_units:"))
        .map(line -> line.replaceAll(".*:\\s*", "") + " inputs")
        .findFirst()
        .orElse("inputs merged");
  }

  private static void unpack(Path zip, Path folder) throws IOException {
    if (!Files.exists(zip)) {
      return;
    }
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream in = new ZipInputStream(file)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Files.write(folder.resolve(Path.of(entry.getName()).getFileName()), in.readAllBytes());
      }
    }
  }

  private static void pack(Path folder, Path zip) throws IOException {
    Files.createDirectories(KEPT);
    List<Path> inputs;
    try (Stream<Path> files = Files.list(folder)) {
      inputs = files.sorted().toList();
    }
    try (OutputStream file = Files.newOutputStream(zip);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (Path input : inputs) {
        ZipEntry entry = new ZipEntry(input.getFileName().toString());
        entry.setTime(0);
        out.putNextEntry(entry);
        out.write(Files.readAllBytes(input));
        out.closeEntry();
      }
    }
  }
}
