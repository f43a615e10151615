package io.varve;

import io.varve.base.Clock;
import io.varve.io.Directory;
import io.varve.io.Lock;
import io.varve.io.PosixDirectory;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import io.varve.work.ThreadedWork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A store on a disk that can be told to fail, or to hang. */
public final class FaultyStore {

  /** What writes do. Thread: safe. */
  public static final class Faults {
    private volatile String failure;
    private volatile CountDownLatch held;

    /** From now on every write and sync fails as on a full disk. */
    public void fillDisk() {
      failure = "No space left on device";
    }

    /** From now on every write and sync fails with this message. */
    public void fail(String message) {
      failure = message;
    }

    /** From now on every write and sync hangs, until {@link #heal}. */
    public void hang() {
      if (held == null) {
        held = new CountDownLatch(1);
      }
    }

    /** All is well again; what hangs goes on. */
    public void heal() {
      failure = null;
      CountDownLatch latch = held;
      held = null;
      if (latch != null) {
        latch.countDown();
      }
    }

    private void check() throws IOException {
      CountDownLatch latch = held;
      if (latch != null) {
        try {
          latch.await();
        } catch (InterruptedException e) {
          throw new IOException("Interrupted", e);
        }
      }
      String message = failure;
      if (message != null) {
        throw new IOException(message);
      }
    }
  }

  private FaultyStore() {}

  public static Store open(Path path, StoreSettings settings, Faults faults) {
    return Store.open(
        new FaultyDirectory(new PosixDirectory(path), faults),
        settings,
        Clock.SYSTEM,
        new ThreadedWork(settings.threads(), "faulty"),
        ProcessId.instance());
  }

  private record FaultyDirectory(Directory real, Faults faults) implements Directory {

    @Override
    public Directory folder(String name) {
      return new FaultyDirectory(real.folder(name), faults);
    }

    @Override
    public void create() throws IOException {
      if (!real.exists()) {
        faults.check();
      }
      real.create();
    }

    @Override
    public boolean exists() {
      return real.exists();
    }

    @Override
    public List<String> list() throws IOException {
      return real.list();
    }

    @Override
    public boolean contains(String name) {
      return real.contains(name);
    }

    @Override
    public WriteFile create(String name) throws IOException {
      faults.check();
      return new FaultyFile(real.create(name), faults);
    }

    @Override
    public ReadFile open(String name) throws IOException {
      return real.open(name);
    }

    @Override
    public boolean publish(String temporary, String name) throws IOException {
      faults.check();
      return real.publish(temporary, name);
    }

    @Override
    public void delete(String name) throws IOException {
      real.delete(name);
    }

    @Override
    public void sync() throws IOException {
      faults.check();
      real.sync();
    }

    @Override
    public Lock lock(String name) throws IOException {
      return real.lock(name);
    }

    @Override
    public boolean isLocked(String name) throws IOException {
      return real.isLocked(name);
    }

    @Override
    public void deleteUnlocked(String name) throws IOException {
      real.deleteUnlocked(name);
    }

    @Override
    public long usableBytes() throws IOException {
      return real.usableBytes();
    }

    @Override
    public String path() {
      return real.path();
    }

    @Override
    public String toString() {
      return real.path();
    }
  }

  private record FaultyFile(WriteFile real, Faults faults) implements WriteFile {

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      faults.check();
      real.append(bytes);
    }

    @Override
    public void writeAt(ByteBuffer bytes, long position) throws IOException {
      faults.check();
      real.writeAt(bytes, position);
    }

    @Override
    public void force() throws IOException {
      faults.check();
      real.force();
    }

    @Override
    public long length() {
      return real.length();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }
}
