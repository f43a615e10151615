package io.varve.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Directory} on a POSIX file system that has hard links (ext4, xfs, btrfs, zfs, tmpfs,
 * NFS).
 *
 * <p>Thread: safe.
 */
public final class PosixDirectory implements Directory {

  /**
   * What is on the heap goes through a direct buffer of its size, which Java keeps as long as the
   * thread lives: so no more of it at once.
   */
  private static final int HEAP_PIECE_BYTES = 256 << 10;

  private final Path path;
  private final @Nullable PosixDirectory above;

  /** A folder to begin with; what lies above it is not this code's to look after. */
  public PosixDirectory(Path path) {
    this(path.toAbsolutePath().normalize(), null);
  }

  private PosixDirectory(Path path, @Nullable PosixDirectory above) {
    this.path = path;
    this.above = above;
  }

  @Override
  public Directory folder(String name) {
    return new PosixDirectory(path.resolve(name), this);
  }

  @Override
  public void create() throws IOException {
    if (above != null) {
      above.create();
      make(path);
      // Also if it was there: who made it may have died before its entry was durable.
      above.sync();
    } else if (!Files.isDirectory(path)) {
      makeWithThoseAbove(path);
    }
  }

  private static void makeWithThoseAbove(Path folder) throws IOException {
    Path parent = folder.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      makeWithThoseAbove(parent);
    }
    make(folder);
    if (parent != null) {
      syncFolder(parent);
    }
  }

  private static void make(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw new NotDirectoryException(folder.toString());
      }
    }
  }

  @Override
  public boolean exists() {
    return Files.isDirectory(path);
  }

  @Override
  public List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        names.add(entry.getFileName().toString());
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return names;
  }

  @Override
  public boolean contains(String name) {
    return Files.exists(path.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public WriteFile create(String name) throws IOException {
    return new PosixWriteFile(path.resolve(name));
  }

  @Override
  public ReadFile open(String name) throws IOException {
    return new PosixReadFile(path.resolve(name));
  }

  @Override
  public boolean publish(String temporary, String name) throws IOException {
    Path from = path.resolve(temporary);
    try {
      Files.createLink(path.resolve(name), from);
    } catch (FileAlreadyExistsException e) {
      // Another one was first, which the caller is told.
      Files.deleteIfExists(from);
      return false;
    } catch (UnsupportedOperationException e) {
      throw new IOException("The file system of " + path + " has no hard links", e);
    }
    Files.deleteIfExists(from);
    sync();
    return true;
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(path.resolve(name));
  }

  @Override
  public void sync() throws IOException {
    syncFolder(path);
  }

  @Override
  public @Nullable Lock lock(String name) throws IOException {
    FileChannel channel =
        FileChannel.open(path.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      throw new IllegalStateException("This process holds a lock on " + path + "/" + name, e);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock == null ? null : channel::close;
  }

  @Override
  public boolean isLocked(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(path.resolve(name), StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      return lock == null;
    } catch (NoSuchFileException e) {
      return false;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  @Override
  public void deleteUnlocked(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(path.resolve(name), StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        delete(name);
      }
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      // Gone already, or looked at by another thread of this process.
    }
  }

  @Override
  public long usableBytes() throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }

  @Override
  public String path() {
    return path.toString();
  }

  @Override
  public String realPath() throws IOException {
    return path.toRealPath().toString();
  }

  @Override
  public String toString() {
    return path();
  }

  private static void syncFolder(Path folder) throws IOException {
    uninterrupted(
        () -> {
          try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
            return 0;
          }
        });
  }

  private interface Step {
    long run() throws IOException;
  }

  /**
   * Does {@code step}, and again after an interrupt, which it keeps for the caller. An interrupt
   * closes the channel under the thread that uses it, but says nothing of the file.
   */
  private static long uninterrupted(Step step) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return step.run();
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * A file by its path, opened anew when an interrupt of any of the threads that use it has closed
   * it. One that was deleted meanwhile can't be, and fails with NoSuchFileException.
   */
  private abstract static class PosixFile implements Closeable {

    private final Path path;
    private final OpenOption mode;
    private volatile FileChannel channel;
    private volatile boolean closed;

    PosixFile(Path path, OpenOption mode, FileChannel channel) {
      this.path = path;
      this.mode = mode;
      this.channel = channel;
    }

    /** What is to be written or read at once of the buffer, from its position on. */
    static ByteBuffer piece(ByteBuffer bytes) {
      return bytes.isDirect() || bytes.remaining() <= HEAP_PIECE_BYTES
          ? bytes
          : bytes.duplicate().limit(bytes.position() + HEAP_PIECE_BYTES);
    }

    FileChannel channel() throws IOException {
      FileChannel open = channel;
      return open.isOpen() || closed ? open : openAnew();
    }

    private synchronized FileChannel openAnew() throws IOException {
      if (!channel.isOpen() && !closed) {
        channel = FileChannel.open(path, mode);
      }
      return channel;
    }

    /**
     * Does {@code step}, and again after an interrupt, of this thread or of another that uses the
     * file at the same time.
     */
    long undisturbed(Step step) throws IOException {
      return uninterrupted(
          () -> {
            while (true) {
              try {
                return step.run();
              } catch (ClosedByInterruptException e) {
                throw e; // kept for the caller
              } catch (ClosedChannelException e) {
                if (closed) {
                  throw e;
                }
              }
            }
          });
    }

    @Override
    public synchronized void close() throws IOException {
      closed = true;
      channel.close();
    }
  }

  private static final class PosixWriteFile extends PosixFile implements WriteFile {

    private long length;

    PosixWriteFile(Path path) throws IOException {
      super(
          path,
          StandardOpenOption.WRITE,
          FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      writeAt(bytes, length);
    }

    @Override
    public void writeAt(ByteBuffer bytes, long position) throws IOException {
      long start = position - bytes.position();
      while (bytes.hasRemaining()) {
        ByteBuffer piece = piece(bytes);
        undisturbed(() -> channel().write(piece, start + piece.position()));
        bytes.position(piece.position());
      }
      length = Math.max(length, start + bytes.position());
    }

    @Override
    public void force() throws IOException {
      // Not again after an interrupt: a second force would not tell of a failure that the first
      // met.
      channel().force(false);
    }

    @Override
    public long length() {
      return length;
    }
  }

  private static final class PosixReadFile extends PosixFile implements ReadFile {

    PosixReadFile(Path path) throws IOException {
      super(path, StandardOpenOption.READ, FileChannel.open(path, StandardOpenOption.READ));
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int first = target.position();
      long start = position - first;
      long count = 0;
      while (target.hasRemaining() && count >= 0) {
        ByteBuffer piece = piece(target);
        count = undisturbed(() -> channel().read(piece, start + piece.position()));
        target.position(piece.position());
      }
      return target.position() - first;
    }

    @Override
    public long length() throws IOException {
      return undisturbed(() -> channel().size());
    }
  }
}
