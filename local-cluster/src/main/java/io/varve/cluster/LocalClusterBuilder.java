package io.varve.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link LocalCluster} is to run. Each setting has a default that fits a test.
 *
 * <p>Thread: confined to one.
 */
public final class LocalClusterBuilder {
  final Path folder;
  @Nullable Path kafkaLibs;
  final List<String> brokerJvmOptions = new ArrayList<>(List.of("-Xmx512m"));
  final List<String> workerJvmOptions = new ArrayList<>(List.of("-Xmx1g"));
  final Map<String, String> brokerSettings = new LinkedHashMap<>();
  final Map<String, String> workerSettings = new LinkedHashMap<>();
  final List<Path> pluginPath = new ArrayList<>();
  final Map<String, String> logLevels = new TreeMap<>();
  boolean jmx;
  Duration startTimeout = Duration.ofSeconds(120);
  Duration stopTimeout = Duration.ofMinutes(2);
  Consumer<String> progress = line -> {};

  LocalClusterBuilder(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
    logLevels.put("io.varve", "INFO");
    logLevels.put("org.apache.kafka.connect.runtime", "INFO");
    logLevels.put("org.apache.kafka.connect.runtime.isolation", "WARN");
    logLevels.put("org.apache.kafka.connect.runtime.rest", "WARN");
  }

  /** The folder of Kafka's jars; by default {@link KafkaJars#locate()}. */
  public LocalClusterBuilder kafkaLibs(Path libs) {
    kafkaLibs = libs;
    return this;
  }

  /** The largest heap of the broker; 512 by default. */
  public LocalClusterBuilder brokerHeapMb(int heapMb) {
    return brokerJvmOption("-Xmx%dm".formatted(heapMb));
  }

  /** The largest heap of each worker; 1024 by default. */
  public LocalClusterBuilder workerHeapMb(int heapMb) {
    return workerJvmOption("-Xmx%dm".formatted(heapMb));
  }

  /** One more option for the broker's {@code java}. The last one wins, as java has it. */
  public LocalClusterBuilder brokerJvmOption(String option) {
    brokerJvmOptions.add(option);
    return this;
  }

  /** One more option for each worker's {@code java}. The last one wins, as java has it. */
  public LocalClusterBuilder workerJvmOption(String option) {
    workerJvmOptions.add(option);
    return this;
  }

  /** A line of the broker's {@code server.properties}, in place of the one that it would have. */
  public LocalClusterBuilder brokerSetting(String name, String value) {
    brokerSettings.put(name, value);
    return this;
  }

  /** A line of each worker's properties, such as {@code exactly.once.source.support=enabled}. */
  public LocalClusterBuilder workerSetting(String name, String value) {
    workerSettings.put(name, value);
    return this;
  }

  /**
   * Adds to the workers' {@code plugin.path} a folder that holds plugins: each a folder of jars, or
   * one jar.
   *
   * @throws ClusterException if it isn't a folder, or is a plugin itself
   */
  public LocalClusterBuilder pluginPath(Path plugins) {
    if (!Files.isDirectory(plugins)) {
      throw new ClusterException(
          "plugin.path: expected a folder of plugins, found none at " + plugins);
    }
    if (Files.isDirectory(plugins.resolve("lib"))
        && Files.exists(plugins.resolve("manifest.json"))) {
      throw new ClusterException(
          "plugin.path: expected a folder of plugins, found one plugin at %s: name the folder above it."
              .formatted(plugins));
    }
    pluginPath.add(plugins.toAbsolutePath().normalize());
    return this;
  }

  /**
   * The log level of a logger in every process; by default WARN, and INFO for {@code io.varve} and
   * the Connect runtime.
   */
  public LocalClusterBuilder logLevel(String logger, String level) {
    logLevels.put(logger, level);
    return this;
  }

  /** Gives each worker a port for {@link Worker#metrics()}. */
  public LocalClusterBuilder jmx() {
    jmx = true;
    return this;
  }

  /**
   * How long a process may take to be ready; two minutes by default, as build machines may be busy.
   */
  public LocalClusterBuilder startTimeout(Duration timeout) {
    startTimeout = timeout;
    return this;
  }

  /**
   * How long a process may take to end after SIGTERM before it is killed; two minutes by default. A
   * worker's REST server alone waits up to one for the requests that it has.
   */
  public LocalClusterBuilder stopTimeout(Duration timeout) {
    stopTimeout = timeout;
    return this;
  }

  /** Is told what happens, a line each time, such as {@code broker ready in 3.6 s}. */
  public LocalClusterBuilder progress(Consumer<String> listener) {
    progress = listener;
    return this;
  }

  /** Prepares the work folder. Starts nothing yet. */
  public LocalCluster open() {
    return LocalCluster.open(this);
  }
}
