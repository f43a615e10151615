package io.varve.connect.sink;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.TestStores;
import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.io.WriteFile;
import io.varve.testkit.DirectoryFilter;
import io.varve.testkit.WriteFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A disk that can be told to fail, or to hang. Thread: safe. */
final class FaultyDisk {

  private volatile String failure;
  private volatile CountDownLatch held;

  /** From now on every write and sync fails as on a full disk. */
  void fill() {
    failure = "No space left on device";
  }

  /** From now on every write and sync fails with this message. */
  void fail(String message) {
    failure = message;
  }

  /** From now on every write and sync hangs, until {@link #heal}. */
  void hang() {
    if (held == null) {
      held = new CountDownLatch(1);
    }
  }

  /** All is well again; what hangs goes on. */
  void heal() {
    failure = null;
    CountDownLatch latch = held;
    held = null;
    if (latch != null) {
      latch.countDown();
    }
  }

  /** Opens the store in {@code path}, which is on this disk. */
  Store open(Path path, StoreSettings settings) {
    return TestStores.open(new FaultyDirectory(new PosixDirectory(path)), settings);
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

  private final class FaultyDirectory extends DirectoryFilter {

    FaultyDirectory(Directory in) {
      super(in);
    }

    @Override
    protected Directory filter(Directory inner) {
      return new FaultyDirectory(inner);
    }

    @Override
    public void create() throws IOException {
      if (!in.exists()) {
        check();
      }
      in.create();
    }

    @Override
    public WriteFile create(String name) throws IOException {
      check();
      return new FaultyFile(in.create(name));
    }

    @Override
    public boolean publish(String temporary, String name) throws IOException {
      check();
      return in.publish(temporary, name);
    }

    @Override
    public void sync() throws IOException {
      check();
      in.sync();
    }
  }

  private final class FaultyFile extends WriteFilter {

    FaultyFile(WriteFile in) {
      super(in);
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      check();
      in.append(bytes);
    }

    @Override
    public void writeAt(ByteBuffer bytes, long position) throws IOException {
      check();
      in.writeAt(bytes, position);
    }

    @Override
    public void force() throws IOException {
      check();
      in.force();
    }
  }
}
