package io.varve.state;

import io.varve.io.PosixDirectory;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Stores in a folder of a test's own. */
final class TestStores implements AutoCloseable {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Path folder;
  final Work work;
  final StateMemory memory;

  TestStores(Path folder, long memoryBytes) {
    this(folder, memoryBytes, new ThreadedWork(2, "state-test"));
  }

  TestStores(Path folder, long memoryBytes, Work work) {
    this(folder, StateMemory.direct(memoryBytes), work);
  }

  TestStores(Path folder, StateMemory memory, Work work) {
    this.folder = folder;
    this.work = work;
    this.memory = memory;
  }

  StateStore open(int keyGroupFirst, int keyGroupLast) {
    return restore(keyGroupFirst, keyGroupLast, List.of());
  }

  StateStore restore(int keyGroupFirst, int keyGroupLast, List<RestoredSnapshot> snapshots) {
    String nonce = "store" + NUMBER.incrementAndGet();
    return StateStore.restore(
        new StateStoreSettings(keyGroupFirst, keyGroupLast, nonce),
        new PosixDirectory(folder.resolve(nonce)),
        memory,
        work,
        snapshots);
  }

  /** Takes a snapshot, waits until it is in files, and lets it go. */
  static void snapshot(StateStore store) {
    try (StateSnapshot snapshot = store.snapshot()) {
      snapshot.await();
    }
  }

  @Override
  public void close() {
    work.close();
  }
}
