package io.varve.cluster;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A broker and Connect workers as real processes on this machine, on free ports of 127.0.0.1.
 *
 * <pre>{@code
 * try (LocalCluster cluster = LocalCluster.in(folder).pluginPath(plugins).open()) {
 *   Broker broker = cluster.startBroker();
 *   Worker worker = cluster.startWorker("worker");
 *   broker.topics().create("releases", 4);
 *   worker.rest().put("archive", settings);
 *   worker.kill();
 *   worker.start();
 * }
 * }</pre>
 *
 * <p>All of them end at {@link #close()}, when this JVM exits, and when it is killed.
 *
 * <p>Thread: safe, guarded by this; processes may be used by any thread.
 */
public final class LocalCluster implements AutoCloseable {
  private final LocalClusterBuilder with;
  private final ClusterProcess.Host host;
  private final List<Worker> workers = new ArrayList<>();
  private final Thread hook = new Thread(this::killAll, "local-cluster-end");
  private @Nullable Broker broker;
  private boolean keep;
  private boolean closed;

  private LocalCluster(LocalClusterBuilder with, ClusterProcess.Host host) {
    this.with = with;
    this.host = host;
  }

  /** A cluster whose files are in {@code folder}; the folder is made if there is none. */
  public static LocalClusterBuilder in(Path folder) {
    return new LocalClusterBuilder(folder);
  }

  static LocalCluster open(LocalClusterBuilder with) {
    Path libs =
        with.kafkaLibs == null
            ? KafkaJars.locate()
            : KafkaJars.checked(with.kafkaLibs.toAbsolutePath().normalize());
    ClusterProcess.Host host =
        new ClusterProcess.Host(
            ClassPath.open(libs, with.folder), with.startTimeout, with.stopTimeout, with.progress);
    LocalCluster cluster = new LocalCluster(with, host);
    Runtime.getRuntime().addShutdownHook(cluster.hook);
    return cluster;
  }

  public Path folder() {
    return with.folder;
  }

  /** Starts the broker and waits until it is ready. */
  public Broker startBroker() {
    Broker launched = launchBroker();
    launched.awaitReady();
    return launched;
  }

  /** Starts the broker without waiting for it. */
  public Broker launchBroker() {
    Broker added = addBroker();
    added.launch();
    return added;
  }

  /** Starts a worker and waits until it is ready. The broker must have been started. */
  public Worker startWorker(String name) {
    return startWorker(name, Map.of());
  }

  /** As {@link #startWorker(String)}, with settings of its own besides those of all workers. */
  public Worker startWorker(String name, Map<String, String> settings) {
    Worker launched = launchWorker(name, settings);
    launched.awaitReady();
    return launched;
  }

  /** Starts a worker without waiting for it. The broker must have been launched. */
  public Worker launchWorker(String name, Map<String, String> settings) {
    Worker added = addWorker(name, settings);
    added.launch();
    return added;
  }

  /**
   * Starts the broker and one worker at the same time, which is quicker, and waits until both are
   * ready.
   */
  public Worker startBoth(String workerName) {
    Broker launchedBroker = launchBroker();
    Worker launchedWorker = launchWorker(workerName, Map.of());
    launchedBroker.awaitReady();
    launchedWorker.awaitReady();
    return launchedWorker;
  }

  public synchronized Broker broker() {
    if (broker == null) {
      throw new ClusterException("There is no broker yet: call startBroker() first.");
    }
    return broker;
  }

  public Topics topics() {
    return broker().topics();
  }

  public synchronized List<Worker> workers() {
    return List.copyOf(workers);
  }

  /**
   * Lets the processes that now run outlive this cluster and this JVM. {@link KeptCluster#end} ends
   * them by the work folder.
   */
  public synchronized void keepRunning() {
    keep = true;
    processes().forEach(ClusterProcess::keepRunning);
  }

  /**
   * Stops the workers, then the broker; what doesn't stop is killed. Does nothing the second time.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (broker != null) {
        broker.topics().close();
      }
    }
    if (!isKept()) {
      processes().forEach(LocalCluster::stopOrKill);
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException exiting) {
      // The hook is running or has run: it does the same.
    }
  }

  private static void stopOrKill(ClusterProcess process) {
    try {
      process.stop();
    } catch (ClusterException killed) {
      // It had to be killed, and is gone, which is what close() promises.
    }
  }

  private synchronized Broker addBroker() {
    if (broker != null) {
      throw new ClusterException("There is a broker already; use start() of " + broker.describe());
    }
    ProcessFiles files = files("broker");
    int port = FreePorts.next();
    files.writeSettings(
        Broker.settings(
            port,
            FreePorts.next(),
            files.folder().resolve("data").toString(),
            with.brokerSettings));
    broker = new Broker(files, host, with.brokerJvmOptions, port, newClusterId());
    return broker;
  }

  private synchronized Worker addWorker(String name, Map<String, String> own) {
    if (workers.stream().anyMatch(worker -> worker.name().equals(name)) || name.equals("broker")) {
      throw new ClusterException(
          "There is a process %s already: use its start(), or another name.".formatted(name));
    }
    ProcessFiles files = files(name);
    int restPort = FreePorts.next();
    OptionalInt jmxPort = with.jmx ? OptionalInt.of(FreePorts.next()) : OptionalInt.empty();
    Map<String, String> settings =
        Worker.settings(broker().bootstrap(), restPort, with.pluginPath, with.workerSettings);
    settings.putAll(own);
    files.writeSettings(settings);
    List<String> jvmOptions = new ArrayList<>(with.workerJvmOptions);
    jmxPort.ifPresent(port -> jvmOptions.addAll(Worker.jmxOptions(port)));
    Worker worker = new Worker(name, files, host, jvmOptions, restPort, jmxPort);
    workers.add(worker);
    return worker;
  }

  private ProcessFiles files(String name) {
    ProcessFiles files = new ProcessFiles(with.folder.resolve(name), name);
    files.writeLogging(with.logLevels);
    return files;
  }

  /** Those that depend on another come before it. */
  private synchronized List<ClusterProcess> processes() {
    List<ClusterProcess> all = new ArrayList<>(workers);
    if (broker != null) {
      all.add(broker);
    }
    return all;
  }

  private synchronized boolean isKept() {
    return keep;
  }

  /** Runs while the JVM exits, when there is no time for more. */
  private void killAll() {
    if (!isKept()) {
      processes().forEach(ClusterProcess::kill);
    }
  }

  /**
   * As Kafka writes its ids: 16 random bytes in URL-safe Base64, but none that looks like an
   * option.
   */
  private static String newClusterId() {
    while (true) {
      UUID random = UUID.randomUUID();
      ByteBuffer bytes = ByteBuffer.allocate(16);
      bytes.putLong(random.getMostSignificantBits()).putLong(random.getLeastSignificantBits());
      String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
      if (!id.startsWith("-")) {
        return id;
      }
    }
  }
}
