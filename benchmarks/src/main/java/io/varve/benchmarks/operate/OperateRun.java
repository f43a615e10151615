package io.varve.benchmarks.operate;

import io.varve.benchmarks.measure.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One run: a large log that is opened, killed and backed up, logs of few and of many segments, and
 * one that is compacted while it is written.
 *
 * @param folder a folder of its own, deleted at the end
 * @param bytes size of the large log, and of that with the most segments
 * @param rounds how often everything is measured
 * @param wanted what is measured, by name
 * @param progress is told what is going on
 * @param tables gets the tables, in Markdown
 */
public record OperateRun(
    Path folder,
    long bytes,
    int rounds,
    Predicate<String> wanted,
    Consumer<String> progress,
    Consumer<String> tables) {

  /** Of the large log's size, at the most: it, a copy of it, and what is appended meanwhile. */
  private static final double ROOM = 2.3;

  private static final long ROOM_BYTES_MIN = 6L << 30;

  public void run() throws Exception {
    Files.createDirectories(folder);
    try {
      checkRoom();
      Path large = folder.resolve("large");
      if (wanted.test("recovery")) {
        tables.accept(new Recovery(folder, large, bytes, rounds, progress).table());
      }
      if (wanted.test("backup")) {
        tables.accept(new Backups(folder, large, bytes, progress).table());
      }
      Folders.delete(large);
      if (wanted.test("segments")) {
        Segments segments = new Segments(folder.resolve("segments"), bytes, rounds, progress);
        tables.accept(segments.table());
      }
      if (wanted.test("compaction")) {
        tables.accept(new Compacting(folder.resolve("compacting"), rounds, progress).table());
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private void checkRoom() throws IOException {
    long need = Math.max(ROOM_BYTES_MIN, (long) (ROOM * bytes));
    long usable = Files.getFileStore(folder).getUsableSpace();
    if (usable < need) {
      throw new IOException(
          "%s has %,d MiB of room; this needs %,d. Choose another --folder or a lower --gib"
              .formatted(folder, usable >> 20, need >> 20));
    }
  }
}
