package io.varve.flink.state;

import io.varve.io.Directory;
import io.varve.io.Lock;
import io.varve.io.PosixDirectory;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A local disk whose calls are counted, and fail from a chosen one on until it is mended.
 *
 * <p>Thread: safe.
 */
public final class BrokenDisk {
  private final AtomicInteger calls = new AtomicInteger();
  private volatile int failFrom = Integer.MAX_VALUE;
  private volatile boolean failed;

  /** Begins to count anew, and fails from the {@code call}th call on. */
  public void failFrom(int call) {
    calls.set(0);
    failed = false;
    failFrom = call;
  }

  public void mend() {
    failFrom = Integer.MAX_VALUE;
  }

  public int calls() {
    return calls.get();
  }

  /** Whether a call has failed since {@link #failFrom}. */
  public boolean hasFailed() {
    return failed;
  }

  private void call() throws IOException {
    if (calls.incrementAndGet() >= failFrom) {
      failed = true;
      throw new IOException("No space left on device");
    }
  }

  Directory over(Path folder) {
    return new Folder(new PosixDirectory(folder));
  }

  private final class Folder implements Directory {
    private final Directory in;

    Folder(Directory in) {
      this.in = in;
    }

    @Override
    public Directory folder(String name) {
      return new Folder(in.folder(name));
    }

    @Override
    public void create() throws IOException {
      call();
      in.create();
    }

    @Override
    public boolean exists() {
      return in.exists();
    }

    @Override
    public List<String> list() throws IOException {
      return in.list();
    }

    @Override
    public boolean contains(String name) {
      return in.contains(name);
    }

    @Override
    public WriteFile create(String name) throws IOException {
      call();
      return new File(in.create(name));
    }

    @Override
    public ReadFile open(String name) throws IOException {
      call();
      return in.open(name);
    }

    @Override
    public boolean publish(String temporary, String name) throws IOException {
      call();
      return in.publish(temporary, name);
    }

    @Override
    public void delete(String name) throws IOException {
      in.delete(name);
    }

    @Override
    public void sync() throws IOException {
      call();
      in.sync();
    }

    @Override
    public @Nullable Lock lock(String name) throws IOException {
      return in.lock(name);
    }

    @Override
    public boolean isLocked(String name) throws IOException {
      return in.isLocked(name);
    }

    @Override
    public void deleteUnlocked(String name) throws IOException {
      in.deleteUnlocked(name);
    }

    @Override
    public long usableBytes() throws IOException {
      return in.usableBytes();
    }

    @Override
    public String path() {
      return in.path();
    }

    @Override
    public String realPath() throws IOException {
      return in.realPath();
    }
  }

  private final class File implements WriteFile {
    private final WriteFile in;

    File(WriteFile in) {
      this.in = in;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      call();
      in.append(bytes);
    }

    @Override
    public void writeAt(ByteBuffer bytes, long position) throws IOException {
      call();
      in.writeAt(bytes, position);
    }

    @Override
    public void force() throws IOException {
      in.force();
    }

    @Override
    public long length() {
      return in.length();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
