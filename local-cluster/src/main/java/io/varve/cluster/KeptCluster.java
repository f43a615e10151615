package io.varve.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processes that {@link LocalCluster#keepRunning()} left behind, found by their work folder.
 *
 * <p>Thread: stateless.
 */
public final class KeptCluster {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private KeptCluster() {}

  /**
   * Ends every process that was started in the work folder and still runs; returns how many those
   * were.
   */
  public static int end(Path folder) {
    List<ProcessHandle> found = running(folder.toAbsolutePath().normalize());
    found.forEach(ProcessHandle::destroy);
    long deadlineNanos = System.nanoTime() + STOP_TIMEOUT.toNanos();
    while (found.stream().anyMatch(ProcessHandle::isAlive)) {
      if (System.nanoTime() > deadlineNanos) {
        found.forEach(ProcessHandle::destroyForcibly);
      }
      Waiting.pause("the processes of " + folder + " to end");
    }
    return found.size();
  }

  private static List<ProcessHandle> running(Path folder) {
    List<ProcessHandle> found = new ArrayList<>();
    try (Stream<Path> processes = Files.list(folder)) {
      for (Path process : (Iterable<Path>) processes::iterator) {
        Path pid = process.resolve("pid");
        if (Files.exists(pid)) {
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
              .filter(handle -> belongsTo(folder, handle))
              .ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot look for processes of " + folder, e);
    }
    return found;
  }

  /** The system may have given the id to another process since. */
  private static boolean belongsTo(Path folder, ProcessHandle handle) {
    String marker = folder.resolve("launcher").toString();
    Optional<String[]> arguments = handle.info().arguments();
    return arguments.isPresent()
        && Stream.of(arguments.get()).anyMatch(argument -> argument.contains(marker));
  }
}
