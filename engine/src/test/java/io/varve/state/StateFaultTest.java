package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.varve.base.StoreClosedException;
import io.varve.base.VarveException;
import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.io.WriteFile;
import io.varve.testkit.DirectoryFilter;
import io.varve.testkit.WriteFilter;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fails under a store, and memory that is given back while something is under way. */
final class StateFaultTest {

  private static final int VALUE_BYTES = 1000;

  @TempDir Path folder;

  private final PoisonedMemory allocator = new PoisonedMemory();
  private final StateMemory memory = new StateMemory(1 << 20, allocator);
  private final Disk disk = new Disk();
  private Work work;
  private int stores;

  @BeforeEach
  void start() {
    work = new ThreadedWork(2, "fault-test");
  }

  @AfterEach
  void end() {
    work.close();
    memory.trim();
    allocator.check();
  }

  /** What is freed is overwritten, and kept to see that nobody writes into it any more. */
  private static final class PoisonedMemory implements StateMemory.Allocator {
    private static final byte POISON = (byte) 0xdb;
    private final List<ByteBuffer> freed = new ArrayList<>();
    private final AtomicInteger lent = new AtomicInteger();

    @Override
    public ByteBuffer allocate(int bytes) {
      lent.incrementAndGet();
      return ByteBuffer.allocateDirect(bytes);
    }

    @Override
    public void free(ByteBuffer buffer) {
      buffer.clear();
      while (buffer.hasRemaining()) {
        buffer.put(POISON);
      }
      freed.add(buffer);
      lent.decrementAndGet();
    }

    void check() {
      assertThat(lent.get()).as("buffers that were not given back").isZero();
      for (ByteBuffer buffer : freed) {
        for (int at = 0; at < buffer.capacity(); at++) {
          if (buffer.get(at) != POISON) {
            throw new AssertionError("written at " + at + " after it was freed");
          }
        }
      }
    }
  }

  /** Counts calls and lets one, and all that come after, fail. */
  private static final class Disk {
    private final AtomicInteger calls = new AtomicInteger();
    private volatile int failFrom = Integer.MAX_VALUE;
    private volatile CountDownLatch holdWrites = new CountDownLatch(0);
    private final AtomicInteger held = new AtomicInteger();

    void call() throws IOException {
      if (calls.incrementAndGet() >= failFrom) {
        throw new IOException("No space left on device");
      }
    }

    void heldCall() throws IOException {
      if (holdWrites.getCount() > 0) {
        held.incrementAndGet();
        try {
          holdWrites.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      call();
    }

    Directory over(Directory folder) {
      return new DirectoryFilter(folder) {
        @Override
        protected Directory filter(Directory inner) {
          return over(inner);
        }

        @Override
        public WriteFile create(String name) throws IOException {
          call();
          return new WriteFilter(super.create(name)) {
            @Override
            public void append(ByteBuffer bytes) throws IOException {
              heldCall();
              super.append(bytes);
            }
          };
        }
      };
    }
  }

  private StateStore open(List<RestoredSnapshot> snapshots) {
    String name = "store" + ++stores;
    return StateStore.restore(
        new StateStoreSettings(0, 0, name),
        disk.over(new PosixDirectory(folder.resolve(name))),
        memory,
        work,
        snapshots);
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }

  private static ByteSpan value(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(VALUE_BYTES).putInt(number).array());
  }

  private static void fill(StateStore store, int from, int to) {
    for (int i = from; i < to; i++) {
      store.values(0).put(0, key(i), value(i));
    }
  }

  private static void check(StateStore store, int count) {
    ByteSpan found = new ByteSpan();
    for (int i = 0; i < count; i++) {
      assertThat(store.values(0).get(0, key(i), found)).isTrue();
      assertThat(found).isEqualTo(value(i));
    }
  }

  private static CopiedSnapshot copied(StateSnapshot snapshot, CopiedSnapshot... base)
      throws IOException {
    try (snapshot) {
      return new CopiedSnapshot(snapshot, base);
    }
  }

  private void nothingIsLeft() throws IOException {
    assertThat(memory.usedBytes()).as("memory in use").isZero();
    try (var all = Files.walk(folder)) {
      assertThat(all.filter(Files::isRegularFile)).as("files").isEmpty();
    }
  }

  /** More than memory holds, a snapshot, more, and a snapshot again. */
  private void scenario(List<CopiedSnapshot> taken) throws IOException {
    try (StateStore store = open(List.of())) {
      fill(store, 0, 1500);
      taken.add(copied(store.snapshot()));
      fill(store, 1500, 2000);
      taken.add(copied(store.snapshot(), taken.get(0)));
      check(store, 2000);
    }
  }

  @Test
  void whicheverCallTheDiskIsFullAtTheStoreEndsAndTheLastSnapshotIsGood() throws IOException {
    scenario(new ArrayList<>());
    nothingIsLeft();
    int calls = disk.calls.get();
    assertThat(calls).isGreaterThan(15);
    int failures = 0;
    for (int n = 1; n <= calls; n++) {
      disk.calls.set(0);
      disk.failFrom = n;
      List<CopiedSnapshot> taken = new ArrayList<>();
      try {
        scenario(taken);
      } catch (VarveException e) {
        failures++;
        assertThat(e).hasStackTraceContaining("No space left on device");
        assertThat(e).message().contains(folder.toString());
      }
      disk.failFrom = Integer.MAX_VALUE;
      nothingIsLeft();
      if (!taken.isEmpty()) {
        CopiedSnapshot last = taken.get(taken.size() - 1);
        try (StateStore store = open(List.of(last.restored()))) {
          check(store, taken.size() == 1 ? 1500 : 2000);
        }
        nothingIsLeft();
      }
    }
    assertThat(failures).isGreaterThan(calls / 2);
  }

  @Test
  void afterAWriteThatFailedNothingIsAnsweredAnyMore() {
    try (StateStore store = open(List.of())) {
      disk.failFrom = 1;
      assertThatThrownBy(() -> fill(store, 0, 5000)).isInstanceOf(VarveException.class);
      disk.failFrom = Integer.MAX_VALUE;
      assertThatThrownBy(() -> store.values(0).put(0, key(1), value(1)))
          .isInstanceOf(VarveException.class)
          .hasStackTraceContaining("No space left on device");
      assertThatThrownBy(store::snapshot).hasStackTraceContaining("No space left on device");
    }
  }

  @Test
  void closingWaitsForAPageThatIsBeingWrittenBeforeItsMemoryIsGivenBack() throws Exception {
    StateStore store = open(List.of());
    fill(store, 0, 400);
    disk.holdWrites = new CountDownLatch(1);
    StateSnapshot snapshot = store.snapshot();
    check(store, 1); // with which writing begins
    await().until(() -> disk.held.get() > 0);
    long used = memory.usedBytes();
    Thread closing = new Thread(store::close, "closing");
    closing.start();
    await().until(() -> closing.getState() == Thread.State.WAITING);
    assertThat(memory.usedBytes()).as("while it is being written").isEqualTo(used);
    disk.holdWrites.countDown();
    closing.join();
    assertThatThrownBy(snapshot::await).isInstanceOf(StoreClosedException.class);
    snapshot.close();
    nothingIsLeft();
  }

  @Test
  void aSnapshotThatIsBeingReadWhileTheStoreClosesIsRightOrAnError() throws Exception {
    for (int round = 0; round < 20; round++) {
      StateStore store = open(List.of());
      fill(store, 0, 600);
      StateSnapshot snapshot = store.snapshot();
      snapshot.await();
      CountDownLatch begun = new CountDownLatch(1);
      List<Throwable> wrong = new ArrayList<>();
      int pieces = round;
      Thread reading =
          new Thread(
              () -> {
                try {
                  SnapshotEntries entries = snapshot.entries(Set.of(0), Set.of(), Set.of());
                  int count = 0;
                  while (entries.next()) {
                    int number =
                        ByteBuffer.wrap(entries.key().array()).getInt(entries.key().offset());
                    assertThat(entries.value()).isEqualTo(value(number));
                    if (count++ == pieces * 30) {
                      begun.countDown();
                    }
                  }
                  assertThat(count).isEqualTo(600);
                } catch (VarveException e) {
                  // The files are gone.
                } catch (Throwable e) {
                  wrong.add(e);
                } finally {
                  begun.countDown();
                }
              },
              "reading");
      reading.start();
      begun.await();
      store.close();
      reading.join();
      snapshot.close();
      assertThat(wrong).isEmpty();
      nothingIsLeft();
    }
  }
}
