package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.cli.Varve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of the tool, in a process of its own.
 *
 * @param out what it printed
 * @param err what it remarked
 */
record Tool(int exitCode, String out, String err) {

  /** Runs it to its end. */
  static Tool run(Object... arguments) throws IOException, InterruptedException {
    Path err = Files.createTempFile("tool", ".err");
    try {
      Process process = builder(arguments).redirectError(err.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Tool(process.waitFor(), out, Files.readString(err));
    } finally {
      Files.delete(err);
    }
  }

  /** Starts it; what it remarks goes to a file. */
  static Process start(Path err, Object... arguments) throws IOException {
    return builder(arguments)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(err.toFile())
        .start();
  }

  private static ProcessBuilder builder(Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Varve.class.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new ProcessBuilder(command);
  }
}
