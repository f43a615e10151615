package io.varve.flink.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.io.PosixDirectory;
import io.varve.state.ByteSpan;
import io.varve.state.SnapshotFile;
import io.varve.state.StateMemory;
import io.varve.state.StateSnapshot;
import io.varve.state.StateStore;
import io.varve.state.StateStoreSettings;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sending of which some fails leaves nothing behind, and doesn't go on for nothing. */
final class UploadsTest {

  private static final int FILES = 3;

  @TempDir Path folder;

  private final Work work = new ThreadedWork(1, "uploads-test");
  private final Storage storage = new Storage();
  private StateStore store;
  private StateSnapshot snapshot;

  @BeforeEach
  void takeASnapshot() {
    store =
        StateStore.open(
            new StateStoreSettings(0, 0, "sent"),
            new PosixDirectory(folder.resolve("sent")),
            StateMemory.direct(8 << 20),
            work);
    ByteSpan value = new ByteSpan().wrap(new byte[300_000]);
    for (int i = 1; i < FILES; i++) {
      store.values(1).put(0, key(i), value);
      try (StateSnapshot one = store.snapshot()) {
        one.await();
      }
    }
    store.values(1).put(0, key(0), value);
    snapshot = store.snapshot();
    snapshot.await();
    assertThat(snapshot.files()).hasSize(FILES);
  }

  @AfterEach
  void close() {
    snapshot.close();
    store.close();
    work.close();
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }

  /** Checkpoint storage that counts what is there. */
  private static final class Storage implements CheckpointStreamFactory {
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger kept = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private volatile int failingWrite = Integer.MAX_VALUE;

    @Override
    public CheckpointStateOutputStream createCheckpointStateOutputStream(
        CheckpointedStateScope scope) {
      begun.incrementAndGet();
      return new CheckpointStateOutputStream() {
        @Override
        public StreamStateHandle closeAndGetHandle() {
          kept.incrementAndGet();
          return new ByteStreamStateHandle("sent", new byte[1]) {
            @Override
            public void discardState() {
              kept.decrementAndGet();
            }
          };
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          if (writes.incrementAndGet() == failingWrite) {
            throw new IOException("storage is full");
          }
        }

        @Override
        public void write(int one) {
          throw new UnsupportedOperationException("bytes come many at once");
        }

        @Override
        public long getPos() {
          return 0;
        }

        @Override
        public void flush() {}

        @Override
        public void sync() {}

        @Override
        public void close() {}
      };
    }

    @Override
    public boolean canFastDuplicate(StreamStateHandle handle, CheckpointedStateScope scope) {
      return false;
    }

    @Override
    public List<StreamStateHandle> duplicate(
        List<StreamStateHandle> handles, CheckpointedStateScope scope) {
      throw new UnsupportedOperationException("nothing is duplicated");
    }
  }

  private Uploads uploads(Executor transfers) {
    return new Uploads(storage, transfers, new CloseableRegistry());
  }

  private static void send(Uploads uploads, List<SnapshotFile> files) throws IOException {
    uploads.files(files, CheckpointedStateScope.SHARED, file -> {});
  }

  @Test
  void whatWasBegunBeforeTheTransfersEndedIsWaitedForAndGoes() throws Exception {
    CountDownLatch rejected = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    Executor ending =
        task -> {
          if (!threads.isEmpty()) {
            rejected.countDown();
            throw new RejectedExecutionException("shut down");
          }
          Thread thread =
              new Thread(
                  () -> {
                    try {
                      rejected.await();
                    } catch (InterruptedException e) {
                      throw new AssertionError(e);
                    }
                    task.run();
                  },
                  "sending");
          threads.add(thread);
          thread.start();
        };
    Uploads uploads = uploads(ending);
    assertThatThrownBy(() -> send(uploads, snapshot.files()))
        .isInstanceOf(IOException.class)
        .hasRootCauseInstanceOf(RejectedExecutionException.class);
    int begun = storage.begun.get();
    uploads.discard();
    threads.get(0).join();
    assertThat(storage.kept.get()).isZero();
    assertThat(storage.begun.get()).as("begun after all had ended").isEqualTo(begun);
  }

  @Test
  void afterAFailureNothingElseIsSent() {
    storage.failingWrite = 2;
    Uploads uploads = uploads(Runnable::run);
    assertThatThrownBy(() -> send(uploads, snapshot.files()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot send sent-")
        .hasRootCauseMessage("storage is full");
    assertThat(storage.begun.get()).isEqualTo(1);
    assertThat(storage.writes.get()).isEqualTo(2);
    uploads.discard();
    assertThat(storage.kept.get()).isZero();
  }

  @Test
  void allIsSentIfNothingFails() throws IOException {
    Uploads uploads = uploads(Runnable::run);
    send(uploads, snapshot.files());
    assertThat(storage.kept.get()).isEqualTo(FILES);
  }
}
