package io.varve.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A broker or a worker: a Java process that can be started, stopped, killed and started again, with
 * the same folder and ports.
 *
 * <p>Thread: safe. Start and end are guarded by this; {@link #kill()} and {@link #stop()} never
 * wait for a start that is under way in another thread: that one then fails with "ended before it
 * was ready".
 */
public abstract sealed class ClusterProcess permits Broker, Worker {
  private static final long PROBE_INTERVAL_MS = 50;
  private static final long THREAD_DUMP_MS = 1_000;

  /** By these words in their names the threads are known that end a broker or a worker. */
  private static final List<String> STOPPING_THREADS =
      List.of("shutdown", "SIGTERM", "DestroyJavaVM", "Herder");

  /** How a cluster runs all of its processes. */
  record Host(
      ClassPath classPath,
      Duration startTimeout,
      Duration stopTimeout,
      Consumer<String> progress) {}

  private final String name;
  private final String role;
  private final ProcessFiles files;
  private final Host host;
  private final List<String> jvmOptions;
  private final List<String> arguments;
  private @Nullable Process process;
  private long launchedNanos;
  private boolean ready;

  /** {@code role} and {@code arguments} are for {@link Launcher}. */
  ClusterProcess(
      String name,
      String role,
      ProcessFiles files,
      Host host,
      List<String> jvmOptions,
      List<String> arguments) {
    this.name = name;
    this.role = role;
    this.files = files;
    this.host = host;
    this.jvmOptions = List.copyOf(jvmOptions);
    this.arguments = List.copyOf(arguments);
  }

  /** Whether the process can be worked with by now. Never waits long. */
  abstract boolean isReady();

  public final String name() {
    return name;
  }

  /** The folder of its settings and logs. */
  public final Path folder() {
    return files.folder();
  }

  public final Path logFile() {
    return files.log();
  }

  /** The process id of the last start. */
  public final long pid() {
    return launched().pid();
  }

  public final boolean isAlive() {
    Process last = last();
    return last != null && last.isAlive();
  }

  /**
   * Processor time that the process of the last start has used; zero if it has ended or the system
   * doesn't tell.
   */
  public final Duration cpuTime() {
    return launched().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Starts the process and waits until it is ready. */
  public final void start() {
    launch();
    awaitReady();
  }

  /** Stops the process if it runs, then starts it again and waits until it is ready. */
  public final void restart() {
    stop();
    start();
  }

  /** Starts the process without waiting for it. */
  public final synchronized void launch() {
    if (isAlive()) {
      throw new ClusterException(
          "%s runs already (pid %d): stop or kill it first.".formatted(name, pid()));
    }
    try {
      Files.createDirectories(files.folder());
      Files.deleteIfExists(files.trainedArchive());
      Process started =
          new ProcessBuilder(command())
              .directory(files.folder().toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(files.console().toFile()))
              .start();
      process = started;
      ready = false;
      launchedNanos = System.nanoTime();
      Files.writeString(files.pid(), started.pid() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start %s in %s".formatted(name, files.folder()), e);
    }
  }

  /**
   * Waits until the process is ready.
   *
   * @throws ClusterException if it ends or the start takes too long; the message has the end of its
   *     log
   */
  public final void awaitReady() {
    Process current = launched();
    long deadlineNanos = System.nanoTime() + host.startTimeout().toNanos();
    try {
      while (!isReady()) {
        if (current.waitFor(PROBE_INTERVAL_MS, TimeUnit.MILLISECONDS)) {
          throw new ClusterException(
              "%s (pid %d) ended with exit status %d before it was ready. %s"
                  .formatted(name, current.pid(), current.exitValue(), files.tail()));
        }
        if (System.nanoTime() > deadlineNanos) {
          throw new ClusterException(
              "%s (pid %d) was not ready after %d s. %s"
                  .formatted(name, current.pid(), host.startTimeout().toSeconds(), files.tail()));
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    double seconds = becameReady(current);
    host.progress().accept("%s ready in %.1f s".formatted(name, seconds));
  }

  /**
   * Stops the process as an operator would, by SIGTERM, and waits for its end. Does nothing if it
   * has ended.
   *
   * @throws ClusterException if it had to be killed because it did not stop in time
   */
  public final void stop() {
    Process last = last();
    if (last == null || !last.isAlive()) {
      return;
    }
    // Not Process.destroy(): that also closes standard input, at which the child would halt at
    // once.
    last.toHandle().destroy();
    try {
      if (last.waitFor(host.stopTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
        if (wasReady()) {
          host.classPath().adopt(role, files.trainedArchive());
        }
        return;
      }
      askForThreadDump(last);
    } catch (InterruptedException e) {
      kill();
      throw interrupted(e);
    }
    kill();
    throw new ClusterException(
        "%s (pid %d) did not stop within %d s of SIGTERM and was killed. %s"
            .formatted(
                name,
                last.pid(),
                host.stopTimeout().toSeconds(),
                files.stacks(STOPPING_THREADS) + files.tail()));
  }

  /** Has a process that hangs say on its console what each of its threads is doing. */
  private static void askForThreadDump(Process hung) throws InterruptedException {
    try {
      new ProcessBuilder("kill", "-QUIT", Long.toString(hung.pid())).start().waitFor();
      hung.waitFor(THREAD_DUMP_MS, TimeUnit.MILLISECONDS);
    } catch (IOException noSuchCommand) {
      // Then the console lacks it; what went wrong is told all the same.
    }
  }

  /** Kills the process by SIGKILL and waits until it is gone. Does nothing if it has ended. */
  public final void kill() {
    Process last = last();
    if (last == null) {
      return;
    }
    last.destroyForcibly();
    boolean interrupted = false;
    while (last.isAlive()) {
      try {
        last.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the process outlive this JVM. */
  final void keepRunning() {
    Process last = last();
    if (last == null || !last.isAlive()) {
      return;
    }
    try {
      last.getOutputStream().write('k');
      last.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot tell %s (pid %d) to keep running".formatted(name, last.pid()), e);
    }
  }

  /** One line for an error message: is it running, and where is its log. */
  final String describe() {
    Process last = last();
    if (last == null) {
      return name + " was never started";
    }
    String state = last.isAlive() ? "runs" : "ended with exit status " + last.exitValue();
    return "%s (pid %d) %s, log: %s".formatted(name, last.pid(), state, files.log());
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(host.classPath().archiveOptions(role, files.trainedArchive()));
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-Djava.awt.headless=true");
    command.add("-Dlog4j2.configurationFile=" + files.logging());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(host.classPath().text());
    command.add(Launcher.class.getName());
    command.add(role);
    command.addAll(arguments);
    return command;
  }

  /** Returns the seconds that it took. */
  private synchronized double becameReady(Process current) {
    ready |= current.equals(process);
    return (System.nanoTime() - launchedNanos) / 1e9;
  }

  private synchronized boolean wasReady() {
    return ready;
  }

  private synchronized @Nullable Process last() {
    return process;
  }

  private Process launched() {
    Process last = last();
    if (last == null) {
      throw new ClusterException(name + " was never started: call start() first.");
    }
    return last;
  }

  private ClusterException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new ClusterException("Interrupted while waiting for " + name, e);
  }
}
