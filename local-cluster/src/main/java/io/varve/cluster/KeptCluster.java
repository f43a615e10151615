package io.varve.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    Path workFolder = folder.toAbsolutePath().normalize();
    List<ProcessHandle> found = running(workFolder);
    found.forEach(ProcessHandle::destroy);
    long startNanos = System.nanoTime();
    while (found.stream().anyMatch(handle -> isOf(workFolder, handle))) {
      if (System.nanoTime() - startNanos > STOP_TIMEOUT.toNanos()) {
        found.forEach(ProcessHandle::destroyForcibly);
      }
      Waiting.pause("the processes of " + workFolder + " to end");
    }
    return found.size();
  }

  static List<ProcessHandle> running(Path folder) {
    List<ProcessHandle> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(folder, Files::isDirectory)) {
      for (Path process : processes) {
        Path pid = process.resolve("pid");
        if (Files.exists(pid)) {
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
              .filter(handle -> isOf(folder, handle))
              .ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot look for the processes of " + folder, e);
    }
    return found;
  }

  /**
   * Whether a process runs for the work folder. The system may have given its id to another one
   * since; and one that has ended while nobody waits for it keeps its id, but not its arguments.
   */
  private static boolean isOf(Path folder, ProcessHandle handle) {
    String marker = folder + File.separator;
    return handle
        .info()
        .arguments()
        .map(arguments -> Stream.of(arguments).anyMatch(argument -> argument.contains(marker)))
        .orElse(false);
  }
}
