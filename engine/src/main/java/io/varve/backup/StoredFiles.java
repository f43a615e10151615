package io.varve.backup;

import io.varve.base.CorruptionException;
import io.varve.format.FileCopy;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A folder of a repository and the copies in it.
 *
 * <p>Thread: confined to one.
 */
final class StoredFiles {

  private static final String TEMPORARY = "new-";
  private static final int EDGE_BYTES = 64;
  private static final int CHUNK_BYTES = 1 << 18;

  private final Directory folder;
  private final Map<String, List<FileCopy>> copies = new HashMap<>();

  private StoredFiles(Directory folder) {
    this.folder = folder;
  }

  /** The copies in a folder, which need not exist. */
  static StoredFiles in(Directory folder) throws IOException {
    StoredFiles files = new StoredFiles(folder);
    for (String name : folder.list()) {
      FileCopy.ofStoredName(name).ifPresent(files::add);
    }
    return files;
  }

  private void add(FileCopy copy) {
    copies.computeIfAbsent(copy.name(), name -> new ArrayList<>()).add(copy);
  }

  /** Where the bytes of a copy go. */
  interface Sink {
    void write(ByteBuffer bytes) throws IOException;
  }

  /** What writes all bytes of a copy. */
  interface Content {
    void writeTo(Sink sink) throws IOException;
  }

  /**
   * The copy of the first {@code bytes} bytes of a source's file, or null if there is none. A
   * segment's first and last bytes, header and footer or the end of a batch, tell it from any other
   * of its name.
   */
  @Nullable FileCopy find(Directory source, String name, long bytes) throws IOException {
    for (FileCopy copy : copies.getOrDefault(name, List.of())) {
      if (copy.bytes() == bytes && sameEdges(source, copy)) {
        return copy;
      }
    }
    return null;
  }

  private boolean sameEdges(Directory source, FileCopy copy) throws IOException {
    try (ReadFile mine = folder.open(copy.storedName());
        ReadFile theirs = source.open(copy.name())) {
      return mine.length() == copy.bytes()
          && edge(mine, 0).equals(edge(theirs, 0))
          && edge(mine, copy.bytes() - EDGE_BYTES).equals(edge(theirs, copy.bytes() - EDGE_BYTES));
    }
  }

  private static ByteBuffer edge(ReadFile file, long at) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(EDGE_BYTES);
    file.read(bytes, Math.max(0, at));
    return bytes.flip();
  }

  /**
   * Makes the copies' names durable. One that was found may have its name from a backup that died
   * right after giving it.
   */
  void sync() throws IOException {
    if (!copies.isEmpty()) {
      folder.create();
      folder.sync();
    }
  }

  /** Stores a copy; it is whole and durable once it has its name, whatever happens before. */
  FileCopy store(String name, Content content) throws IOException {
    folder.create();
    String temporary = TEMPORARY + "copy";
    CRC32C crc = new CRC32C();
    long[] bytes = {0};
    boolean done = false;
    try {
      try (WriteFile file = folder.create(temporary)) {
        content.writeTo(
            piece -> {
              bytes[0] += piece.remaining();
              crc.update(piece.duplicate());
              file.append(piece);
            });
        file.force();
      }
      done = true;
    } finally {
      if (!done) {
        deleteQuietly(temporary);
      }
    }
    FileCopy copy = new FileCopy(name, bytes[0], (int) crc.getValue());
    if (folder.contains(copy.storedName())) {
      // Not found by its edges: it is damaged, or was read wrong. A sound one that points name must
      // not be gone for a moment.
      if (isSound(copy)) {
        folder.delete(temporary);
        return copy;
      }
      folder.delete(copy.storedName());
    }
    folder.publish(temporary, copy.storedName());
    add(copy);
    return copy;
  }

  /** What stopped the copy is told; the next backup takes away what is left. */
  private void deleteQuietly(String temporary) {
    try {
      folder.delete(temporary);
    } catch (IOException e) {
      // See above.
    }
  }

  private boolean isSound(FileCopy copy) throws IOException {
    try {
      read(copy, piece -> {});
      return true;
    } catch (CorruptionException e) {
      return false;
    }
  }

  /**
   * Reads all of a copy.
   *
   * @param sink gets the bytes, piece by piece, before all of them are checked
   * @throws CorruptionException if they are not those that were stored, or not there
   */
  void read(FileCopy copy, Sink sink, Meter meter) throws IOException {
    String path = folder.path() + "/" + copy.storedName();
    read(
        copy,
        piece -> {
          int count = piece.remaining();
          sink.write(piece);
          meter.add(path, count);
        });
  }

  private void read(FileCopy copy, Sink sink) throws IOException {
    String path = folder.path() + "/" + copy.storedName();
    CRC32C crc = new CRC32C();
    ByteBuffer piece = ByteBuffer.allocate(CHUNK_BYTES);
    try (ReadFile file = folder.open(copy.storedName())) {
      long length = file.length();
      if (length != copy.bytes()) {
        throw new CorruptionException(
            path, Math.min(length, copy.bytes()), copy.bytes() + " bytes", length + " bytes");
      }
      for (long at = 0; at < length; at += piece.limit()) {
        file.read(piece.clear().limit((int) Math.min(CHUNK_BYTES, length - at)), at);
        if (piece.hasRemaining()) {
          throw new CorruptionException(
              path, at + piece.position(), length + " bytes", "the end of the file");
        }
        crc.update(piece.flip());
        sink.write(piece.flip());
      }
    } catch (NoSuchFileException e) {
      throw new CorruptionException(path, 0, "the file that the point names", "no file");
    }
    if ((int) crc.getValue() != copy.crc()) {
      throw new CorruptionException(
          path,
          0,
          "a file with CRC32C " + Integer.toHexString(copy.crc()),
          "CRC32C " + Integer.toHexString((int) crc.getValue()));
    }
  }

  /** Deletes what a backup that was killed had not finished. */
  static void deleteUnfinished(Directory folder) throws IOException {
    for (String name : folder.list()) {
      if (name.startsWith(TEMPORARY)) {
        folder.delete(name);
      }
    }
  }
}
