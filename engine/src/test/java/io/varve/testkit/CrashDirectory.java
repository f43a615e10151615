package io.varve.testkit;

import io.varve.io.Directory;
import io.varve.io.Lock;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A folder of a {@link CrashDisk} as one {@link CrashProcess} sees it. */
final class CrashDirectory implements Directory {

  private final CrashProcess process;
  private final CrashDisk disk;
  private final List<String> names;
  private final String path;

  CrashDirectory(CrashProcess process, List<String> names) {
    this.process = process;
    this.disk = process.disk();
    this.names = names;
    this.path = "/" + String.join("/", names);
  }

  @Override
  public Directory folder(String name) {
    List<String> inner = new ArrayList<>(names);
    inner.add(name);
    return new CrashDirectory(process, inner);
  }

  @Override
  public void create() throws IOException {
    Folder at = disk.root;
    for (String name : names) {
      if (!at.live.containsKey(name)) {
        process.call(path());
        if (!at.live.containsKey(name)) {
          at.put(name, new Folder());
          disk.changed();
        }
      }
      process.call(path());
      at.sync();
      disk.changed();
      if (!(at.live.get(name) instanceof Folder next)) {
        throw new NotDirectoryException(path());
      }
      at = next;
    }
  }

  @Override
  public boolean exists() {
    process.fails();
    return find() != null;
  }

  @Override
  public List<String> list() throws IOException {
    process.call(path());
    Folder folder = find();
    return folder == null ? List.of() : List.copyOf(folder.live.keySet());
  }

  @Override
  public boolean contains(String name) {
    process.fails();
    Folder folder = find();
    return folder != null && folder.live.containsKey(name);
  }

  @Override
  public WriteFile create(String name) throws IOException {
    process.call(path(name));
    Folder folder = here();
    if (folder.live.containsKey(name)) {
      throw new FileAlreadyExistsException(path(name));
    }
    disk.giveName(path(name));
    Bytes file = new Bytes();
    folder.put(name, file);
    disk.changed();
    return new CrashWriteFile(file, path(name));
  }

  @Override
  public ReadFile open(String name) throws IOException {
    process.call(path(name));
    return new CrashReadFile(file(name), path(name));
  }

  @Override
  public boolean publish(String temporary, String name) throws IOException {
    process.call(path(name));
    Folder folder = here();
    Bytes file = file(temporary);
    if (folder.live.containsKey(name)) {
      delete(temporary);
      return false;
    }
    folder.put(name, file);
    disk.changed();
    delete(temporary);
    sync();
    return true;
  }

  @Override
  public void delete(String name) throws IOException {
    process.call(path(name));
    Folder folder = find();
    if (folder != null && folder.live.containsKey(name)) {
      folder.remove(name);
      disk.changed();
    }
  }

  @Override
  public void sync() throws IOException {
    process.call(path());
    here().sync();
    disk.changed();
  }

  @Override
  public Lock lock(String name) throws IOException {
    process.call(path(name));
    Folder folder = here();
    if (!folder.live.containsKey(name)) {
      folder.put(name, new Bytes());
      disk.changed();
    }
    Bytes file = file(name);
    if (file.lockedBy == process) {
      throw new IllegalStateException("This process holds a lock on " + path(name));
    }
    if (file.lockedBy != null) {
      return null;
    }
    process.lock(file);
    return () -> {
      // A close that fails has let go of the lock, as Linux's has.
      boolean fails = process.fails();
      process.unlock(file);
      if (fails) {
        throw process.fault().exception(path(name));
      }
    };
  }

  @Override
  public boolean isLocked(String name) throws IOException {
    process.call(path(name));
    Folder folder = find();
    if (folder == null || !(folder.live.get(name) instanceof Bytes file)) {
      return false;
    }
    if (file.lockedBy == process) {
      throw new AssertionError("Asking for its own lock " + path(name) + " would let go of it");
    }
    return file.lockedBy != null;
  }

  @Override
  public void deleteUnlocked(String name) throws IOException {
    if (!isLocked(name)) {
      delete(name);
    }
  }

  @Override
  public long usableBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String realPath() {
    return path;
  }

  @Override
  public String toString() {
    return path();
  }

  private String path(String name) {
    return names.isEmpty() ? "/" + name : path + "/" + name;
  }

  private Folder find() {
    Node at = disk.root;
    for (String name : names) {
      at = at instanceof Folder folder ? folder.live.get(name) : null;
    }
    return at instanceof Folder folder ? folder : null;
  }

  private Folder here() throws IOException {
    Folder folder = find();
    if (folder == null) {
      throw new NoSuchFileException(path());
    }
    return folder;
  }

  private Bytes file(String name) throws IOException {
    Folder folder = find();
    if (folder == null || !(folder.live.get(name) instanceof Bytes file)) {
      throw new NoSuchFileException(path(name));
    }
    return file;
  }

  private final class CrashWriteFile implements WriteFile {

    private final Bytes file;
    private final String path;
    private boolean closed;

    CrashWriteFile(Bytes file, String path) {
      this.file = file;
      this.path = path;
      process.opened(path);
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      writeAt(bytes, file.length);
    }

    @Override
    public void writeAt(ByteBuffer bytes, long position) throws IOException {
      checkOpen();
      boolean fails = process.fails();
      int count = bytes.remaining();
      if (fails) {
        // The few bytes that are overwritten in place are of one page: all of them or none.
        count = position == file.length ? process.cut(count) : 0;
      }
      byte[] written = new byte[count];
      bytes.get(written);
      file.write((int) position, written);
      disk.changed();
      if (fails) {
        throw process.fault().exception(path);
      }
    }

    @Override
    public void force() throws IOException {
      checkOpen();
      // What others write while this goes on need not be durable when it returns.
      int written = file.pending.size();
      if (process.failsForce()) {
        file.forgetPending();
        throw process.fault().exception(path);
      }
      if (file.durable.length > 0) {
        process.forcesAgain();
      }
      file.force(written);
      disk.changed();
    }

    @Override
    public long length() {
      return file.length;
    }

    private void checkOpen() throws IOException {
      if (closed) {
        throw new IOException(path + " is closed");
      }
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        process.closed(path);
        process.call(path);
      }
    }
  }

  private final class CrashReadFile implements ReadFile {

    private final Bytes file;
    private final String path;
    private boolean closed;

    CrashReadFile(Bytes file, String path) {
      this.file = file;
      this.path = path;
      process.opened(path);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      process.call(path);
      int count = (int) Math.max(0, Math.min(target.remaining(), file.length - position));
      if (count > 0) {
        byte[] bytes = Arrays.copyOfRange(file.live, (int) position, (int) position + count);
        process.read(path, bytes);
        target.put(bytes);
      }
      return count;
    }

    @Override
    public long length() throws IOException {
      process.call(path);
      return file.length;
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        process.closed(path);
        process.call(path);
      }
    }
  }
}
