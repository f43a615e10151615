package io.varve.manifest;

import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.io.Lock;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Which openings of a store are alive. Each keeps a file in {@code locks/} locked, which the
 * operating system lets go of when the process ends, however it ends; across containers on one
 * machine too.
 *
 * <p>Thread: safe, guarded by itself.
 */
public final class Instances implements Closeable {

  private static final String FOLDER = "locks";

  private final Directory folder;
  private final Owner.Instance self;
  private @Nullable Lock lock;

  /**
   * @param store the store's root folder
   * @param self an instance with a fresh nonce
   */
  public Instances(Directory store, Owner.Instance self) {
    this.folder = store.folder(FOLDER);
    this.self = self;
  }

  /**
   * Registers this opening as alive, unless it is, and takes away what dead ones left. Comes before
   * anything that others may ask about: owning a log, or needing its files.
   */
  public synchronized void register() throws IOException {
    if (lock != null) {
      return;
    }
    folder.create();
    Lock taken = folder.lock(self.lockName());
    // Whoever sweeps may have met the file before it was locked, and taken it away.
    while (taken == null || !folder.contains(self.lockName())) {
      if (taken != null) {
        taken.close();
      }
      taken = folder.lock(self.lockName());
    }
    lock = taken;
    boolean done = false;
    try {
      sweep();
      done = true;
    } finally {
      if (!done) {
        close();
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
  public synchronized void close() throws IOException {
    Lock held = lock;
    lock = null;
    if (held != null) {
      try (held) {
        folder.delete(self.lockName());
      }
    }
  }
}
