package io.varve.benchmarks.scheduler;

import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.JavaChild;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Very many pending events, in processes with a heap of 512 MiB: how long taking in takes, what it
 * takes of memory and disk, and how long it is from opening to the first release, after a kill and
 * after a clean end.
 */
public record PendingContest(Path folder, long events, Consumer<String> progress) {

  /** Runs all processes and returns a table. */
  public String run() throws Exception {
    Path path = folder.resolve("pending");
    try {
      String[] filled;
      long timersBytes;
      try (JavaChild child = JavaChild.start(PendingTurn.class, "fill", "" + path, "" + events)) {
        filled = child.line().split(" ");
        timersBytes = Folders.bytes(path.resolve("streams/events.ready/g1/p0/timers"));
        progress.accept("filled: " + String.join(" ", filled));
      }
      String[] killed = fire(path, 200);
      String[] closed = fire(path, 400);
      long logBytes = Folders.bytes(path.resolve("streams/events"));
      return String.format(
          Locale.ROOT,
          "**%,d pending events**%n%n|  |  |%n| --- | ---: |%n"
              + "| taking in and saving, s | %s |%n"
              + "| the longest step, ms | %s |%n"
              + "| timers on disk, B each | %.1f |%n"
              + "| events on disk, B each | %.1f |%n"
              + "| memory for what is pending, MB: while taking in | %.0f |%n"
              + "| after opening | %.0f |%n"
              + "| the process's memory, MB: while taking in | %.0f |%n"
              + "| opened and fired | %.0f |%n"
              + "| killed, then opened: s until the first release is durable | %s |%n"
              + "| of that, opening | %s |%n"
              + "| closed, then opened: s until the first release is durable | %s |%n"
              + "| of that, opening | %s |%n"
              + "| closing, s | %s |%n%n",
          events,
          filled[0],
          filled[1],
          (double) timersBytes / events,
          (double) logBytes / events,
          mb(filled[2]),
          mb(closed[4]),
          mb(filled[3]),
          mb(closed[5]),
          killed[1],
          killed[0],
          closed[1],
          closed[0],
          closed[2]);
    } finally {
      Folders.delete(path);
    }
  }

  private String[] fire(Path path, int ms) throws Exception {
    try (JavaChild child = JavaChild.start(PendingTurn.class, "fire", "" + path, "" + ms)) {
      String line = child.line();
      progress.accept("fired: " + line);
      return line.split(" ");
    }
  }

  private static double mb(String bytes) {
    return Long.parseLong(bytes) / 1e6;
  }
}
