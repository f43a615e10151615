package io.varve.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The files of one child process in its folder: settings, logging, logs, pid.
 *
 * <p>Thread: immutable.
 */
final class ProcessFiles {
  private static final int TAIL_BYTES = 16 * 1024;
  private static final int TAIL_LINES = 60;

  private final Path folder;
  private final String name;

  ProcessFiles(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  Path folder() {
    return folder;
  }

  Path settings() {
    return folder.resolve("settings.properties");
  }

  Path logging() {
    return folder.resolve("log4j2.properties");
  }

  /** The rolling log. */
  Path log() {
    return folder.resolve(name + ".log");
  }

  /** What the process writes to its standard output and error: usually nothing. */
  Path console() {
    return folder.resolve("console.log");
  }

  Path pid() {
    return folder.resolve("pid");
  }

  /** Where the JVM leaves an archive of the classes that it has loaded; see {@link ClassPath}. */
  Path trainedArchive() {
    return folder.resolve("classes.jsa");
  }

  void writeSettings(Map<String, String> settings) {
    write(settings(), settings);
  }

  void writeLogging(Map<String, String> levels) {
    Map<String, String> lines = new TreeMap<>();
    lines.put("status", "error");
    lines.put("appender.file.type", "RollingFile");
    lines.put("appender.file.name", "file");
    lines.put("appender.file.fileName", log().toString());
    lines.put("appender.file.filePattern", folder.resolve(name + "-%i.log").toString());
    lines.put("appender.file.layout.type", "PatternLayout");
    lines.put("appender.file.layout.pattern", "%d{ISO8601} %-5p [%t] %c{1}: %m%n");
    lines.put("appender.file.policies.type", "Policies");
    lines.put("appender.file.policies.size.type", "SizeBasedTriggeringPolicy");
    lines.put("appender.file.policies.size.size", "20MB");
    lines.put("appender.file.strategy.type", "DefaultRolloverStrategy");
    lines.put("appender.file.strategy.max", "3");
    lines.put("rootLogger.level", "WARN");
    lines.put("rootLogger.appenderRef.file.ref", "file");
    int number = 0;
    for (Map.Entry<String, String> level : levels.entrySet()) {
      lines.put("logger.l" + number + ".name", level.getKey());
      lines.put("logger.l" + number + ".level", level.getValue());
      number++;
    }
    write(logging(), lines);
  }

  /** The last lines of the log and of the console, to be put in an error message. */
  String tail() {
    return "Log: %s%s%s".formatted(log(), tailOf(log()), tailOf(console()));
  }

  /**
   * What the last thread dump on the console says of the threads whose names have one of the words;
   * empty if there is none.
   */
  String stacks(List<String> words) {
    String text;
    try {
      text = Files.readString(console());
    } catch (IOException unreadable) {
      return "";
    }
    int dump = text.lastIndexOf("Full thread dump");
    if (dump < 0) {
      return "";
    }
    return Arrays.stream(text.substring(dump).split("\n\n", -1))
        .filter(thread -> named(thread.strip(), words))
        .map(thread -> "\n  " + thread.strip().replace("\n", "\n  | "))
        .collect(Collectors.joining("", "What it was doing then:", "\n"));
  }

  private static boolean named(String thread, List<String> words) {
    int end = thread.indexOf('"', 1);
    return thread.startsWith("\"")
        && end > 0
        && words.stream().anyMatch(thread.substring(1, end)::contains);
  }

  private static String tailOf(Path file) {
    String text;
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      channel.position(Math.max(0, channel.size() - TAIL_BYTES));
      ByteBuffer bytes = ByteBuffer.allocate(TAIL_BYTES);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      text = StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip();
    } catch (IOException unreadable) {
      return "\n  (%s is not readable: %s)".formatted(file, unreadable);
    }
    if (text.isEmpty()) {
      return "\n  (%s is empty)".formatted(file);
    }
    String[] lines = text.split("\n", -1);
    StringBuilder tail = new StringBuilder("\n  the end of ").append(file).append(':');
    for (int i = Math.max(0, lines.length - TAIL_LINES); i < lines.length; i++) {
      tail.append("\n  | ").append(lines[i]);
    }
    return tail.toString();
  }

  private static void write(Path file, Map<String, String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(
        (key, value) ->
            text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n'));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }
}
