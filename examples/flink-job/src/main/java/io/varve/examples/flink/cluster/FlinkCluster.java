package io.varve.examples.flink.cluster;

import io.varve.cluster.ClusterException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A job manager and task managers of two slots each.
 *
 * <p>Thread: safe, guarded by this; {@link #close} may be called by any, also twice.
 */
public final class FlinkCluster implements AutoCloseable {
  private static final long START_LIMIT_MS = 90_000;
  private static final long ASK_EVERY_MS = 100;
  private static final int SLOTS = 2;
  private static final int MANAGED_MIB = 96;

  private final FlinkJars jars;
  private final Path folder;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final FlinkRest rest;
  private final List<FlinkProcess> taskManagers = new ArrayList<>();
  private @Nullable FlinkProcess jobManager;
  private int started;
  private boolean closed;

  private FlinkCluster(FlinkJars jars, Path folder, int rpcPort, int restPort) {
    this.jars = jars;
    this.folder = folder;
    this.rest = new FlinkRest(restPort);
    String loopback = "127.0.0.1";
    settings.put("jobmanager.rpc.address", loopback);
    settings.put("jobmanager.rpc.port", Integer.toString(rpcPort));
    settings.put("jobmanager.bind-host", loopback);
    settings.put("rest.address", loopback);
    settings.put("rest.bind-address", loopback);
    settings.put("rest.port", Integer.toString(restPort));
    settings.put("rest.bind-port", Integer.toString(restPort));
    settings.put("taskmanager.host", loopback);
    settings.put("taskmanager.bind-host", loopback);
    settings.put("web.checkpoints.history", "1000");
    // How far tasks have read is asked for often.
    settings.put("metrics.fetcher.update-interval", "300");
    // A task manager that is gone is noticed within seconds, where its connections don't tell.
    settings.put("heartbeat.interval", "1000");
    settings.put("heartbeat.timeout", "10000");
  }

  /** A cluster whose files are in {@code folder}; nothing runs yet. */
  public static FlinkCluster in(Path folder, FlinkJars jars) {
    try (ServerSocket rpc = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket rest = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new FlinkCluster(jars, folder, rpc.getLocalPort(), rest.getLocalPort());
    } catch (IOException e) {
      throw new ClusterException("No free port on 127.0.0.1", e);
    }
  }

  public FlinkRest rest() {
    return rest;
  }

  /** Starts the job manager without waiting for it. */
  public synchronized void startJobManager() {
    refuseIfClosed();
    jobManager =
        FlinkProcess.start(
            "job-manager",
            jars,
            folder.resolve("job-manager"),
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            settings,
            List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
  }

  /** Starts a task manager without waiting for it. */
  public synchronized FlinkProcess startTaskManager() {
    refuseIfClosed();
    String name = "task-manager-" + ++started;
    Map<String, String> own = new LinkedHashMap<>(settings);
    own.put("taskmanager.resource-id", name);
    own.put("taskmanager.numberOfTaskSlots", Integer.toString(SLOTS));
    // What Flink's start script works out of the size of the process: it wants each said.
    own.put("taskmanager.cpu.cores", Integer.toString(SLOTS));
    own.put("taskmanager.memory.framework.heap.size", "96m");
    own.put("taskmanager.memory.task.heap.size", "288m");
    own.put("taskmanager.memory.framework.off-heap.size", "96m");
    own.put("taskmanager.memory.task.off-heap.size", "0m");
    own.put("taskmanager.memory.network.min", "64m");
    own.put("taskmanager.memory.network.max", "64m");
    own.put("taskmanager.memory.managed.size", MANAGED_MIB + "m");
    own.put("taskmanager.memory.jvm-metaspace.size", "160m");
    own.put("taskmanager.memory.jvm-overhead.min", "128m");
    own.put("taskmanager.memory.jvm-overhead.max", "128m");
    FlinkProcess process =
        FlinkProcess.start(
            name,
            jars,
            folder.resolve(name),
            "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
            own,
            // As Flink sets them: managed memory is not in them.
            List.of(
                "-Xmx384m",
                "-Xms384m",
                "-XX:MaxDirectMemorySize=160m",
                "-XX:MaxMetaspaceSize=160m",
                "-XX:+UseG1GC"));
    taskManagers.add(process);
    return process;
  }

  /** Waits until as many slots are there as the running task managers have. */
  public void awaitSlots() {
    await("all slots", () -> rest.freeOrUsedSlots() >= taskManagers().size() * SLOTS);
  }

  /** Takes a task manager that was killed off the list of those that must run. */
  public synchronized void forget(FlinkProcess killed) {
    taskManagers.remove(killed);
  }

  public synchronized List<FlinkProcess> taskManagers() {
    return List.copyOf(taskManagers);
  }

  /** Stops all task managers, as before another backend is measured. */
  public void stopTaskManagers() {
    List<FlinkProcess> ending = taskManagers();
    synchronized (this) {
      taskManagers.clear();
    }
    ending.forEach(FlinkProcess::beginToStop);
    ending.forEach(FlinkProcess::stop);
    await("the task managers to be gone", () -> rest.freeOrUsedSlots() == 0);
  }

  /** Waits for {@code condition}, and fails if a process ends meanwhile or it takes too long. */
  public void await(String what, BooleanSupplier condition) {
    long beganNanos = System.nanoTime();
    while (!condition.getAsBoolean()) {
      checkProcesses();
      if ((System.nanoTime() - beganNanos) / 1_000_000 > START_LIMIT_MS) {
        throw new ClusterException(
            "Waited %d s for %s; the processes' logs are in %s."
                .formatted(START_LIMIT_MS / 1000, what, folder));
      }
      pause();
    }
  }

  /** Fails if a process that should run doesn't. */
  public synchronized void checkProcesses() {
    if (jobManager != null) {
      jobManager.check();
    }
    taskManagers.forEach(FlinkProcess::check);
  }

  /** Between two questions to another process. */
  public static void pause() {
    try {
      Thread.sleep(ASK_EVERY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted", e);
    }
  }

  /** Ends all processes. */
  @Override
  public void close() {
    List<FlinkProcess> ending;
    synchronized (this) {
      closed = true;
      ending = new ArrayList<>(taskManagers);
      if (jobManager != null) {
        ending.add(jobManager);
      }
      taskManagers.clear();
      jobManager = null;
    }
    ending.forEach(FlinkProcess::beginToStop);
    ending.forEach(FlinkProcess::stop);
  }

  private void refuseIfClosed() {
    if (closed) {
      throw new ClusterException("The cluster has been ended.");
    }
  }
}
