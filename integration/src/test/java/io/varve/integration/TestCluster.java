package io.varve.integration;

import io.varve.cluster.ConnectRest;
import io.varve.cluster.LocalCluster;
import io.varve.cluster.LocalClusterBuilder;
import io.varve.cluster.Topics;
import io.varve.cluster.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A broker and a worker with the packed connectors and nothing else on its plugin path.
 *
 * <p>Most test classes share one, because a start takes seconds; it ends with the JVM. Tests keep
 * apart by topics, connectors and stores of their own.
 */
final class TestCluster implements AutoCloseable {
  private static TestCluster shared;

  private final LocalCluster cluster;
  private final Worker worker;

  private TestCluster(LocalCluster cluster, Worker worker) {
    this.cluster = cluster;
    this.worker = worker;
  }

  /** The one that tests share, started at first use. */
  static synchronized TestCluster shared() {
    if (shared == null) {
      shared = open(builder("shared").jmx());
    }
    return shared;
  }

  /** How a cluster of these tests is made; its logs are kept in {@code target/clusters/<name>}. */
  static LocalClusterBuilder builder(String name) {
    return builder(
        name, Stream.of(System.getProperty("varve.plugin.path").split(",")).map(Path::of).toList());
  }

  /** The same with plugins of the test's own. */
  static LocalClusterBuilder builder(String name, List<Path> pluginPath) {
    LocalClusterBuilder builder =
        LocalCluster.in(emptied(Path.of("target", "clusters", name)))
            .workerSetting("exactly.once.source.support", "enabled")
            .workerSetting("offset.flush.interval.ms", "1000")
            .progress(line -> System.out.println(name + ": " + line));
    pluginPath.forEach(builder::pluginPath);
    return builder;
  }

  static TestCluster open(LocalClusterBuilder builder) {
    LocalCluster cluster = builder.open();
    return new TestCluster(cluster, cluster.startBoth("worker"));
  }

  /** What an earlier run left would be taken for this one's. */
  private static Path emptied(Path folder) {
    if (Files.exists(folder)) {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folder;
  }

  String bootstrap() {
    return cluster.broker().bootstrap();
  }

  Topics topics() {
    return cluster.topics();
  }

  Worker worker() {
    return worker;
  }

  ConnectRest rest() {
    return worker.rest();
  }

  /** The end of the worker's log, to look for what it said. */
  String workerLog() {
    try {
      return Files.readString(worker.logFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    cluster.close();
  }
}
