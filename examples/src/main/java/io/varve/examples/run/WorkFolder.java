package io.varve.examples.run;

import io.varve.examples.input.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run: one that the user names, which stays, or a temporary one, which goes.
 *
 * <p>Thread: {@link #close} may be called by any, also twice.
 */
public final class WorkFolder implements AutoCloseable {
  private static final int TRIES = 3;

  private final Path path;
  private volatile boolean stays;

  private WorkFolder(Path path, boolean stays) {
    this.path = path;
    this.stays = stays;
  }

  /**
   * Makes the folder.
   *
   * @param named null for a temporary one
   * @throws InputException if the named one holds something
   */
  public static WorkFolder open(@Nullable Path named) throws IOException {
    if (named == null) {
      return new WorkFolder(Files.createTempDirectory("varve-demo-"), false);
    }
    Path path = named.toAbsolutePath().normalize();
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new InputException("--work %s is a file; name a new or empty folder".formatted(named));
    }
    Files.createDirectories(path);
    try (Stream<Path> content = Files.list(path)) {
      if (content.findAny().isPresent()) {
        throw new InputException(
            "--work %s is not empty; name a new or empty folder".formatted(named));
      }
    }
    return new WorkFolder(path, true);
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** Lets the folder stay. */
  public void keep() {
    stays = true;
  }

  /** Removes a temporary folder with all that is in it. */
  @Override
  public synchronized void close() {
    IOException failure = null;
    // A process that was killed a moment ago may still write.
    for (int tries = 0; tries < TRIES && !stays && Files.exists(path); tries++) {
      try {
        remove();
        return;
      } catch (IOException | UncheckedIOException e) {
        failure = new IOException(e);
      }
    }
    if (failure != null) {
      System.err.println("could not remove all of " + path + ": " + failure.getCause());
    }
  }

  private void remove() throws IOException {
    try (Stream<Path> content = Files.walk(path)) {
      List<Path> deepestFirst = content.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    }
  }
}
