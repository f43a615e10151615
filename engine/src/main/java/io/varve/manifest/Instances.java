package io.varve.manifest;

import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.io.Lock;
import java.io.Closeable;
import java.io.IOException;

/**
 * Which openings of a store are alive. Each keeps a file in {@code locks/} locked, which the
 * operating system lets go of when the process ends, however it ends; across containers on one
 * machine too.
 *
 * <p>Thread: safe.
 */
public final class Instances implements Closeable {

  private static final String FOLDER = "locks";

  private final Directory folder;
  private final Owner.Instance self;
  private final Lock lock;

  private Instances(Directory folder, Owner.Instance self, Lock lock) {
    this.folder = folder;
    this.self = self;
    this.lock = lock;
  }

  /**
   * Registers this opening as alive and takes away what dead ones left.
   *
   * @param store the store's root folder
   * @param self an instance with a fresh nonce
   */
  public static Instances register(Directory store, Owner.Instance self) throws IOException {
    Directory folder = store.folder(FOLDER);
    folder.create();
    Lock lock = folder.lock(self.lockName());
    // Whoever sweeps may have met the file before it was locked, and taken it away.
    while (lock == null || !folder.contains(self.lockName())) {
      if (lock != null) {
        lock.close();
      }
      lock = folder.lock(self.lockName());
    }
    Instances instances = new Instances(folder, self, lock);
    boolean done = false;
    try {
      instances.sweep();
      done = true;
      return instances;
    } finally {
      if (!done) {
        lock.close();
      }
    }
  }

  private void sweep() throws IOException {
    for (String name : folder.list()) {
      if (!ofThisProcess(name)) {
        folder.deleteUnlocked(name);
      }
    }
  }

  private boolean ofThisProcess(String lockName) {
    return lockName.startsWith(self.process() + "_");
  }

  /** This opening. */
  public Owner.Instance self() {
    return self;
  }

  /** Whether that opening is still there. */
  public boolean alive(Owner.Instance instance) throws IOException {
    String name = instance.lockName();
    // Asking for a lock of this very process would let go of it; closing a store deletes its file.
    return ofThisProcess(name) ? folder.contains(name) : folder.isLocked(name);
  }

  @Override
  public void close() throws IOException {
    folder.delete(self.lockName());
    lock.close();
  }
}
