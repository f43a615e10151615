package io.varve.cli;

import io.varve.Store;
import io.varve.event.StreamPartition;
import io.varve.io.PosixDirectory;
import io.varve.manifest.StoreLayout;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicLong;

/** What a log takes on disk. */
final class LogFiles {

  private LogFiles() {}

  /** Bytes of all files in a log's folder, whether they are part of the log or not. */
  static long bytes(Store store, StreamPartition log) throws IOException {
    StoreLayout layout = new StoreLayout(new PosixDirectory(Path.of(store.path())));
    Path folder = Path.of(layout.log(log).path());
    AtomicLong bytes = new AtomicLong();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes.addAndGet(attributes.size());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            // Deleted while we look.
            return FileVisitResult.CONTINUE;
          }
        });
    return bytes.get();
  }
}
