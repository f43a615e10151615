package io.varve.benchmarks.state;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What Linux says about this process. */
final class OwnProcess {

  private static final Path PROC = Path.of("/proc/self");
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static final long POLL_MS = 50;

  /** Reading these figures is I/O itself. */
  private static final long IDLE_IO_BYTES_MAX = 64 << 10;

  private static final double IDLE_CPU_MAX = 0.2;

  private OwnProcess() {}

  /** The most memory that was ever resident. */
  static double peakResidentMib() throws IOException {
    for (String line : Files.readAllLines(PROC.resolve("status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IOException("/proc/self/status has no VmHWM");
  }

  /**
   * Waits until there has been next to no I/O and little processor time for {@code quietMs}, but no
   * longer than {@code settleMsMax}.
   *
   * @return when it last did something, by {@link System#nanoTime}
   */
  static long settle(Sizes sizes) throws IOException, InterruptedException {
    long start = System.nanoTime();
    long lastActive = start;
    long now = start;
    long cpu = SYSTEM.getProcessCpuTime();
    long io = ioBytes();
    while (now - lastActive < sizes.quietMs * 1_000_000L
        && now - start < sizes.settleMsMax * 1_000_000L) {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
      long then = now;
      now = System.nanoTime();
      long cpuNow = SYSTEM.getProcessCpuTime();
      long ioNow = ioBytes();
      if (ioNow - io > IDLE_IO_BYTES_MAX || cpuNow - cpu > IDLE_CPU_MAX * (now - then)) {
        lastActive = now;
      }
      cpu = cpuNow;
      io = ioNow;
    }
    return lastActive;
  }

  /**
   * Bytes that a folder takes on the disk: each file once, however often it is linked, and those
   * that are deleted but still open in this process.
   */
  static long diskBytes(Path folder) throws IOException, InterruptedException {
    Process du =
        new ProcessBuilder("du", "-sk", folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // Files that vanish meanwhile make it fail, with the sum of the others said.
    du.waitFor();
    long bytes = Long.parseLong(said.substring(0, said.indexOf('\t'))) * 1024;
    return bytes + deletedBytes(folder);
  }

  private static long deletedBytes(Path folder) throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(PROC.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith(folder.toString()) && target.endsWith(" (deleted)")) {
            bytes += Files.size(descriptor);
          }
        } catch (IOException e) {
          // Closed since it was listed.
        }
      }
    }
    return bytes;
  }

  private static long ioBytes() throws IOException {
    long bytes = 0;
    for (String line : Files.readAllLines(PROC.resolve("io"))) {
      if (line.contains("char:")
          || line.startsWith("read_bytes:")
          || line.startsWith("write_bytes:")) {
        bytes += Long.parseLong(line.substring(line.indexOf(' ') + 1));
      }
    }
    return bytes;
  }
}
