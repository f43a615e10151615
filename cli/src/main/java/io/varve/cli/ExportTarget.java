package io.varve.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The file or folder that an export makes. What is written is under a hidden name beside it until
 * it is whole and on the disk; then it gets its own name, in one step. Closing takes away what did
 * not get that far.
 *
 * <p>Thread: confined to one.
 */
final class ExportTarget implements Closeable {

  private final Path wanted;
  private final Path temporary;

  private ExportTarget(Path wanted, Path temporary) {
    this.wanted = wanted;
    this.temporary = temporary;
  }

  /**
   * Begins one.
   *
   * @throws BadInputException if there is something of that name already
   */
  static ExportTarget of(Path wanted) {
    refuse(wanted);
    refuse(partial(wanted));
    Path name = wanted.toAbsolutePath();
    return new ExportTarget(
        wanted,
        name.resolveSibling("." + name.getFileName() + "." + ProcessHandle.current().pid()));
  }

  private static Path partial(Path wanted) {
    return wanted.resolveSibling(wanted.toAbsolutePath().getFileName() + ".partial");
  }

  private static void refuse(Path file) {
    if (Files.exists(file)) {
      throw exists(file);
    }
  }

  private static BadInputException exists(Path file) {
    return new BadInputException(file + " exists; name a file that isn't there yet");
  }

  /** Where to write: a file to be made, or a folder. */
  Path path() {
    return temporary;
  }

  /** All is written: it gets its name. */
  void publish() throws IOException {
    forceAll();
    name(wanted);
  }

  /** What was written is good, but not all: it gets a name that says so, which is returned. */
  @Nullable Path keepPart() throws IOException {
    if (!Files.exists(temporary)) {
      return null;
    }
    forceAll();
    Path partial = partial(wanted);
    name(partial);
    return partial;
  }

  private void name(Path file) throws IOException {
    if (Files.isDirectory(temporary)) {
      refuse(file);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try {
      // A move would replace a file that came meanwhile.
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      throw exists(file);
    } catch (IOException | UnsupportedOperationException e) {
      // Not every file system has links.
      refuse(file);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private void forceAll() throws IOException {
    Files.walkFileTree(
        temporary,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
              channel.force(true);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() throws IOException {
    if (!Files.exists(temporary)) {
      return;
    }
    Folders.delete(temporary);
  }
}
