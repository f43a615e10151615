package io.varve.examples.flink.cluster;

import io.varve.cluster.ClusterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One process of the cluster.
 *
 * <p>Thread: safe; it is started in the constructor's caller and may be ended by any.
 */
public final class FlinkProcess {
  private static final long STOP_LIMIT_MS = 15_000;
  private static final String LOGGING =
      """
      status=error
      rootLogger.level=INFO
      rootLogger.appenderRef.file.ref=file
      appender.file.type=File
      appender.file.name=file
      appender.file.fileName=%s
      appender.file.layout.type=PatternLayout
      appender.file.layout.pattern=%%d{ISO8601} %%-5p [%%t] %%c{1}: %%m%%n
      logger.kafka.name=org.apache.kafka
      logger.kafka.level=WARN
      """;

  private final String name;
  private final Path log;
  private final Process process;
  private volatile long memoryPeakBytes;

  private FlinkProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /** Starts {@code mainClass} with {@code settings} as its configuration. */
  static FlinkProcess start(
      String name,
      FlinkJars jars,
      Path folder,
      String mainClass,
      Map<String, String> settings,
      List<String> jvmOptions) {
    Path log = folder.resolve(name + ".log");
    try {
      Path conf = Files.createDirectories(folder.resolve("conf"));
      Path temporary = Files.createDirectories(folder.resolve("tmp"));
      Map<String, String> all = new TreeMap<>(settings);
      all.put("io.tmp.dirs", temporary.toString());
      StringBuilder yaml = new StringBuilder();
      all.forEach((key, value) -> yaml.append(key).append(": \"").append(value).append("\"\n"));
      Files.writeString(conf.resolve("config.yaml"), yaml);
      Path logging = Files.writeString(conf.resolve("log4j2.properties"), LOGGING.formatted(log));
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmOptions);
      command.addAll(jars.jvmOptions());
      command.add("-Djava.io.tmpdir=" + temporary);
      command.add("-Dlog4j2.configurationFile=" + logging);
      command.addAll(List.of("-cp", jars.classPath(), Launcher.class.getName(), mainClass));
      command.addAll(List.of("--configDir", conf.toString()));
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("console.log").toFile())
              .start();
      return new FlinkProcess(name, log, process);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start %s in %s".formatted(name, folder), e);
    }
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  /** Says so if the process has ended by itself. */
  void check() {
    if (!process.isAlive()) {
      throw new ClusterException(
          "%s (pid %d) ended with exit status %d; its log: %s, and console.log beside it."
              .formatted(name, pid(), process.exitValue(), log));
    }
  }

  /** The most memory that the process has had resident; 0 where the system doesn't tell. */
  public long memoryPeakBytes() {
    Path status = Path.of("/proc", Long.toString(pid()), "status");
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmHWM:")) {
          memoryPeakBytes = Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException gone) {
      // It has ended, or this is no Linux: what was last read stands.
    }
    return memoryPeakBytes;
  }

  /** SIGKILL, and waits until it is gone. */
  public void kill() {
    memoryPeakBytes();
    process.destroyForcibly();
    awaitEnd(Long.MAX_VALUE);
  }

  /** SIGTERM; SIGKILL if that takes too long. */
  void stop() {
    process.toHandle().destroy();
    if (!awaitEnd(STOP_LIMIT_MS)) {
      kill();
    }
  }

  /** SIGTERM without waiting. */
  void beginToStop() {
    memoryPeakBytes();
    process.toHandle().destroy();
  }

  private boolean awaitEnd(long limitMs) {
    try {
      return process.waitFor(limitMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
