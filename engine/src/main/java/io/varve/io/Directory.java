package io.varve.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder and the files in it.
 *
 * <p>Names are plain: no separators. Files are written once, at the end, except for the small cells
 * that {@link WriteFile#writeAt} overwrites in place.
 *
 * <p>Thread: safe.
 */
public interface Directory {

  /** The folder of that name inside this one; it need not exist. */
  Directory folder(String name);

  /**
   * Makes the folder, and those above it, if they aren't there. On return they are durable, whoever
   * made them.
   */
  void create() throws IOException;

  /** Whether the folder itself is there. */
  boolean exists();

  /** The names of the files and folders in it, in no order; empty if the folder isn't there. */
  List<String> list() throws IOException;

  /** Whether it holds a file or folder of that name. */
  boolean contains(String name);

  /** Creates a file that must not be there yet. */
  WriteFile create(String name) throws IOException;

  /**
   * Opens a file for reading.
   *
   * @throws java.nio.file.NoSuchFileException if it isn't there
   */
  ReadFile open(String name) throws IOException;

  /**
   * Gives the file {@code temporary}, whose bytes are durable, the name {@code name} in one step,
   * durably, and takes the old name away.
   *
   * @return false if the name is taken already; {@code temporary} is gone then too
   */
  boolean publish(String temporary, String name) throws IOException;

  /** Deletes a file; does nothing if it isn't there. Durable with the next {@link #sync}. */
  void delete(String name) throws IOException;

  /** Makes all creations and deletions in this folder durable. */
  void sync() throws IOException;

  /**
   * Creates {@code name} if need be and locks it for as long as this process lives or until the
   * lock is closed.
   *
   * @return null if another process holds it
   */
  @Nullable Lock lock(String name) throws IOException;

  /**
   * Whether a process holds a lock on {@code name}. Never ask this of a lock that this process
   * itself holds: POSIX would let go of it.
   */
  boolean isLocked(String name) throws IOException;

  /**
   * Deletes {@code name} unless a process holds a lock on it; who comes to lock it meanwhile gets
   * no lock, or one on a file that is gone. As with {@link #isLocked}, never for this process's
   * own.
   */
  void deleteUnlocked(String name) throws IOException;

  /** Bytes that can still be written. */
  long usableBytes() throws IOException;

  /** The folder's path, for messages. */
  String path();

  /**
   * The one path of the folder, which is there, however many lead to it by links: for comparing
   * folders.
   */
  String realPath() throws IOException;

  /** Writes a whole new file and forces it. The entry is durable with the next {@link #sync}. */
  default void writeAll(String name, ByteBuffer bytes) throws IOException {
    try (WriteFile file = create(name)) {
      file.append(bytes);
      file.force();
    }
  }

  /**
   * Reads a whole file.
   *
   * @param bytesMax a larger file is refused with an IOException before anything is allocated
   */
  default ByteBuffer readAll(String name, int bytesMax) throws IOException {
    try (ReadFile file = open(name)) {
      long length = file.length();
      if (length > bytesMax) {
        throw new IOException(
            path()
                + "/"
                + name
                + " has "
                + length
                + " bytes, more than the "
                + bytesMax
                + " allowed");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) length);
      file.read(bytes, 0);
      return bytes.flip();
    }
  }
}
