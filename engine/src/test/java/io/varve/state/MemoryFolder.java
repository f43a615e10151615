package io.varve.state;

import io.varve.io.Directory;
import io.varve.io.Lock;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A folder for a store's files that is only in memory; knows what a state store asks of one. */
final class MemoryFolder implements Directory {

  private final Map<String, Contents> files = new HashMap<>();

  private static final class Contents implements WriteFile, ReadFile {
    private byte[] bytes = {};
    private int length;

    @Override
    public void append(ByteBuffer from) {
      int more = from.remaining();
      if (length + more > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * length));
      }
      from.get(bytes, length, more);
      length += more;
    }

    @Override
    public int read(ByteBuffer target, long position) {
      int read = (int) Math.max(0, Math.min(target.remaining(), length - position));
      if (read > 0) {
        target.put(bytes, (int) position, read);
      }
      return read;
    }

    @Override
    public void writeAt(ByteBuffer from, long position) {
      throw new UnsupportedOperationException("State is written at a file's end");
    }

    @Override
    public void force() {
      throw new UnsupportedOperationException("State is never forced");
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void close() {}
  }

  @Override
  public void create() {}

  @Override
  public boolean exists() {
    return true;
  }

  @Override
  public List<String> list() {
    return List.copyOf(files.keySet());
  }

  @Override
  public boolean contains(String name) {
    return files.containsKey(name);
  }

  @Override
  public WriteFile create(String name) throws IOException {
    Contents file = new Contents();
    if (files.putIfAbsent(name, file) != null) {
      throw new FileAlreadyExistsException(name);
    }
    return file;
  }

  @Override
  public ReadFile open(String name) throws IOException {
    Contents file = files.get(name);
    if (file == null) {
      throw new NoSuchFileException(name);
    }
    return file;
  }

  @Override
  public void delete(String name) {
    files.remove(name);
  }

  @Override
  public Directory folder(String name) {
    throw unasked();
  }

  @Override
  public boolean publish(String temporary, String name) {
    throw unasked();
  }

  @Override
  public void sync() {
    throw unasked();
  }

  @Override
  public Lock lock(String name) {
    throw unasked();
  }

  @Override
  public boolean isLocked(String name) {
    throw unasked();
  }

  @Override
  public void deleteUnlocked(String name) {
    throw unasked();
  }

  @Override
  public long usableBytes() {
    throw unasked();
  }

  @Override
  public String path() {
    return "memory";
  }

  @Override
  public String realPath() {
    return path();
  }

  private static UnsupportedOperationException unasked() {
    return new UnsupportedOperationException("A state store does not ask for that");
  }
}
