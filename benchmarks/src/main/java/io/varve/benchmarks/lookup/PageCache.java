package io.varve.benchmarks.lookup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the operating system keeps of files in memory. */
final class PageCache {

  private PageCache() {}

  /** Has it forget the files of a folder, with coreutils' dd, which needs no rights for that. */
  static void forget(Path folder) throws IOException, InterruptedException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    run("sync");
    for (Path file : files) {
      run("dd", "if=" + file, "iflag=nocache", "count=0", "status=none");
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", command) + " ended with code " + code);
    }
  }

  /** Bytes that this process has had read from disk so far. */
  static long bytesRead() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/io"))) {
      if (line.startsWith("read_bytes: ")) {
        return Long.parseLong(line.substring("read_bytes: ".length()));
      }
    }
    throw new IOException("/proc/self/io has no read_bytes");
  }
}
