package io.varve.connect.common.config;

import io.varve.Store;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Checks the setting that says where the store is. Creates nothing. */
public final class StorePath implements ConfigDef.Validator {
  /** What a store that is being made begins with. */
  private static final String UNFINISHED = "new-STORE";

  private final boolean writing;

  private StorePath(boolean writing) {
    this.writing = writing;
  }

  /** For who writes: a store, or a place where one can be made. */
  public static StorePath forWriting() {
    return new StorePath(true);
  }

  /** For who reads: there must be a store. */
  public static StorePath forReading() {
    return new StorePath(false);
  }

  @Override
  public void ensureValid(String name, @Nullable Object value) {
    if (value == null) {
      return; // a missing setting is reported as such
    }
    Path path = parse(name, value);
    BasicFileAttributes found = found(path);
    if (found != null && found.isDirectory()) {
      checkFolder(name, path);
    } else if (found != null) {
      throw invalid(name, path, "expected a folder, found a file");
    } else if (writing) {
      checkCreatable(name, path);
    } else {
      throw invalid(name, path, "expected a store, found nothing; check the path on this worker");
    }
  }

  /** What is there, in one look: another task may be making it right now. */
  private static @Nullable BasicFileAttributes found(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      return null;
    }
  }

  private void checkFolder(String name, Path path) {
    if (!Files.isReadable(path) || !Files.isExecutable(path)) {
      throw invalid(name, path, "expected a folder that the worker's user may read");
    }
    if (writing && !Files.isWritable(path)) {
      throw invalid(name, path, "expected a folder that the worker's user may write to");
    }
    // Whether there is a store is asked last: another task may be making it right now.
    if (!(writing && isFree(name, path)) && !Store.exists(path)) {
      throw invalid(
          name,
          path,
          writing
              ? "expected a store or an empty folder, found a folder with other files"
              : "expected a store, found a folder without one");
    }
  }

  private static void checkCreatable(String name, Path path) {
    Path existing = path.getParent();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing == null || !Files.isDirectory(existing)) {
      throw invalid(name, path, "expected to make it in a folder, but " + existing + " is a file");
    }
    if (!Files.isWritable(existing)) {
      throw invalid(
          name, path, "expected to make it, but the worker's user may not write to " + existing);
    }
  }

  /** Whether a store may be made there: a new volume's own folder doesn't count, nor one begun. */
  private static boolean isFree(String name, Path path) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        String found = file.getFileName().toString();
        if (!found.equals("lost+found") && !found.startsWith(UNFINISHED)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw invalid(name, path, "expected a folder that can be listed: " + e);
    }
  }

  private static Path parse(String name, Object value) {
    String text = value.toString();
    try {
      Path path = Path.of(text);
      if (!text.isBlank() && path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw invalid(name, text, "expected a path: " + e.getMessage());
    }
    throw invalid(
        name, text, "expected an absolute path, since workers start in different folders");
  }

  private static ConfigException invalid(String name, Object value, String message) {
    return new ConfigException(name, value, message);
  }

  @Override
  public String toString() {
    return writing
        ? "an absolute path: a store, an empty folder, or one to be made"
        : "an absolute path: a store";
  }
}
