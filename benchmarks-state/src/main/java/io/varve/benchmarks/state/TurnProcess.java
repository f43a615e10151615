package io.varve.benchmarks.state;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A JVM that takes one turn: {@link #take} starts it, and {@link #main} is what it runs. Results
 * come on its standard output, one JSON object in a line, and progress on its standard error.
 */
final class TurnProcess {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MARK = "RESULT ";

  private TurnProcess() {}

  /**
   * Takes the turn in a process of its own.
   *
   * @param heap as {@code -Xmx} has it
   */
  static void take(Turn.Request request, String heap, Consumer<Result> results)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx" + heap,
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            // A cluster warns of each checkpoint that a job's end cut off.
            "-Dorg.slf4j.simpleLogger.log.org.apache.flink.runtime=error",
            "-cp",
            System.getProperty("java.class.path"),
            TurnProcess.class.getName(),
            JSON.writeValueAsString(request)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Thread killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(MARK)) {
          results.accept(JSON.readValue(line.substring(MARK.length()), Result.class));
        }
      }
      int status = process.waitFor();
      if (status != 0) {
        results.accept(
            new Result(
                request.backend(),
                request.round(),
                request.suite(),
                request.suite().name(),
                "",
                List.of(),
                null,
                "The process ended with status " + status));
      }
    } finally {
      process.destroyForcibly().waitFor();
      Runtime.getRuntime().removeShutdownHook(killer);
    }
  }

  /** Argument: the request. */
  public static void main(String... arguments) throws Exception {
    Turn.Request request = JSON.readValue(arguments[0], Turn.Request.class);
    long start = System.nanoTime();
    Turn turn =
        new Turn(
            request,
            TurnProcess::print,
            text ->
                System.err.printf(
                    Locale.ROOT,
                    "  %.0f s %s %s: %s%n",
                    (System.nanoTime() - start) / 1e9,
                    StateTable.shortName(request.backend()),
                    request.suite().title(),
                    text));
    String suite = request.suite().name();
    turn.attempt(suite, () -> request.suite().rows().run(turn));
    turn.report("PEAK_RSS", "MiB", OwnProcess.peakResidentMib());
    System.out.flush();
    // A backend's threads must not keep it.
    System.exit(0);
  }

  private static void print(Result result) {
    try {
      System.out.println(MARK + JSON.writeValueAsString(result));
    } catch (IOException e) {
      throw new IllegalStateException("A result is no JSON: " + result, e);
    }
  }
}
