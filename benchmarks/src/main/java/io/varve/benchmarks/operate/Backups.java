package io.varve.benchmarks.operate;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.backup.BackupReport;
import io.varve.backup.Progress;
import io.varve.backup.Repository;
import io.varve.benchmarks.measure.Folders;
import io.varve.commit.LogSettings;
import io.varve.event.EventView;
import io.varve.format.Point;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Backs a large log up, beside a plain copy of the same files; then again while it is written; and
 * restores that and compares it with the log, event for event.
 *
 * @param folder where the copies go
 * @param large the store; it is filled if it is not there, and deleted
 * @param bytes its size if it is filled here
 */
record Backups(Path folder, Path large, long bytes, Consumer<String> progress) {

  private static final long WRITTEN_BEFORE_EVENTS = (256L << 20) / LargeLog.EVENT_BYTES;

  String table() throws Exception {
    if (!Store.exists(large)) {
      LargeLog.fill(large, bytes, progress);
    }
    Path copies = folder.resolve("repository");
    Path plain = folder.resolve("plain");
    Path restored = folder.resolve("restored");
    Cells table = new Cells("Backup", "MiB", "seconds", "MB/s", "÷ plain copy");
    try {
      progress.accept("copying the files");
      double plainRate = plainCopy(table, plain);
      Folders.delete(plain);
      Repository repository = Repository.create(copies);
      try (Store store = Store.open(large, StoreSettings.defaults())) {
        BackupReport full = backup(repository, store);
        row(table, "backup of all of it", full.bytesCopied(), seconds(full), plainRate);
        BackupReport none = backup(repository, store);
        row(table, "again, nothing is new", none.bytesCopied(), seconds(none), 0);
        Point point = whileWritten(table, repository, store, plainRate);
        progress.accept("restoring");
        long start = System.nanoTime();
        repository.restore(point, restored, Progress.NONE);
        row(table, "restore", point.bytes(), since(start), plainRate);
        Folders.delete(copies);
        compare(table, store, restored, point);
      }
    } finally {
      for (Path each : List.of(copies, plain, restored, large)) {
        Folders.delete(each);
      }
    }
    return table.toString();
  }

  private BackupReport backup(Repository repository, Store store) {
    return repository.backup(
        store.backupSource(),
        new Progress() {
          private long told;

          @Override
          public boolean proceed(Status status) {
            if (status.bytesDone() - told >= 1L << 30) {
              told = status.bytesDone();
              progress.accept(
                  "backing up: %,d of %,d MiB"
                      .formatted(status.bytesDone() >> 20, status.bytesTotal() >> 20));
            }
            return true;
          }
        });
  }

  /** Backs up what was appended since, while more is appended. */
  private Point whileWritten(Cells table, Repository repository, Store store, double plainRate)
      throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (LogWriter writer =
        store.openWriter(LargeLog.LOG, LogSettings.defaults(), LargeLog.OWNER)) {
      LargeLog.append(writer, WRITTEN_BEFORE_EVENTS);
      writer.sync();
      long before = writer.nextOffset();
      Thread writing =
          new Thread(
              () -> {
                try {
                  while (!enough.get()) {
                    LargeLog.append(writer, 1000);
                    writer.sync();
                  }
                } catch (RuntimeException e) {
                  failure.set(e);
                }
              },
              "writer");
      writing.start();
      BackupReport report;
      try {
        report = backup(repository, store);
      } finally {
        enough.set(true);
        writing.join();
      }
      if (failure.get() != null) {
        throw new IllegalStateException("Writing beside the backup failed", failure.get());
      }
      row(
          table,
          "backup of what is new, while %,d MiB are appended"
              .formatted(((writer.nextOffset() - before) * LargeLog.EVENT_BYTES) >> 20),
          report.bytesCopied(),
          seconds(report),
          plainRate);
      return report.point();
    }
  }

  private void compare(Cells table, Store store, Path restored, Point point) {
    progress.accept("comparing");
    long end = point.logs().get(0).manifest().nextOffset();
    long start = System.nanoTime();
    long events = 0;
    try (Store copy = Store.openReadOnly(restored);
        LogReader expected = store.openReader(LargeLog.LOG, ReadRange.offsets(0, end));
        LogReader found = copy.openReader(LargeLog.LOG, ReadRange.all())) {
      while (expected.next()) {
        if (!found.next() || !same(expected.event(), found.event())) {
          throw new IllegalStateException(
              "The restored log differs at offset " + expected.event().offset());
        }
        events++;
      }
      if (found.next() || events != point.events()) {
        throw new IllegalStateException("The restored log has other events behind " + end);
      }
    }
    row(table, "comparing %,d events, all equal".formatted(events), point.bytes(), since(start), 0);
  }

  private static boolean same(EventView expected, EventView found) {
    return expected.offset() == found.offset()
        && expected.timestampMs() == found.timestampMs()
        && expected.timestampType() == found.timestampType()
        && Arrays.equals(expected.key(), found.key())
        && Arrays.equals(expected.value(), found.value());
  }

  /** As cp would, and forces each file, as a backup must. */
  private double plainCopy(Cells table, Path target) throws IOException {
    long start = System.nanoTime();
    long copied = 0;
    Files.createDirectories(target);
    List<Path> files;
    try (Stream<Path> all = Files.walk(large)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
          FileChannel to =
              FileChannel.open(
                  target.resolve(file.getFileName()),
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.WRITE)) {
        long size = from.size();
        for (long at = 0; at < size; ) {
          at += from.transferTo(at, size - at, to);
        }
        to.force(false);
        copied += size;
      }
    }
    double seconds = since(start);
    row(table, "plain copy, transferTo", copied, seconds, 0);
    return copied / seconds;
  }

  private static double seconds(BackupReport report) {
    return report.elapsedMs() / 1e3;
  }

  private static double since(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /**
   * @param plainRate bytes a second of the plain copy, or 0 if there is nothing to compare
   */
  private static void row(Cells table, String name, long bytes, double seconds, double plainRate) {
    table.row(
        name,
        Cells.number(bytes >> 20, 0),
        Cells.number(seconds, 2),
        bytes == 0 ? "–" : Cells.number(bytes / seconds / 1e6, 0),
        plainRate == 0 || bytes == 0 ? "–" : Cells.number(bytes / seconds / plainRate, 2));
  }
}
