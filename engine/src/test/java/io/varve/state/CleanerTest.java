package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.io.ReadFile;
import io.varve.testkit.DirectoryFilter;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CleanerTest {

  private static final int KEYS = 20_000;

  @TempDir Path folder;

  private final ByteSpan target = new ByteSpan();
  private int table = 1;

  @ParameterizedTest
  @CsvSource({"1, 1048576, 10007", "2, 2097152, 10007", "3, 16777216, 10007", "4, 1048576, 500000"})
  void diskUseStaysNearWhatIsAlive(long seed, long memoryBytes, int snapshotEach) throws Exception {
    Random random = new Random(seed);
    try (TestStores stores = new TestStores(folder, memoryBytes, new InlineWork());
        StateStore store = stores.open(0, 7)) {
      byte[][] model = new byte[KEYS][];
      for (int step = 0; step < 300_000; step++) {
        update(store, model, random);
        check(store, model, random.nextInt(KEYS));
        if (step % snapshotEach == snapshotEach - 1) {
          store.snapshot().close();
        }
        if (step % 1000 == 0) {
          assertThat((double) bytesOf(folder))
              .as("step %d", step)
              .isLessThanOrEqualTo(1.45 * store.metrics().liveBytes() + (4 << 20));
        }
      }
      checkAll(store, model);
      // Cleaning writes little more than is written anyway.
      assertThat(store.metrics().cleanedBytes()).isBetween(1L << 20, 300_000L * 550 * 3 / 2);
    }
  }

  @Test
  void aSnapshotKeepsOnlyFilesThatAreStillToBeRead() throws Exception {
    Random random = new Random(1);
    try (TestStores stores = new TestStores(folder, 1 << 20, new InlineWork());
        StateStore store = stores.open(0, 7)) {
      byte[][] model = new byte[KEYS][];
      for (int i = 0; i < 2 * KEYS; i++) {
        update(store, model, random);
      }
      try (StateSnapshot snapshot = store.snapshot()) {
        snapshot.await();
        List<SnapshotFile> files = snapshot.files();
        for (int i = 0; i < 5 * KEYS; i++) {
          update(store, model, random);
        }
        // Their keys have all been updated since, but the snapshot may still be read.
        assertThat(names(folder)).containsAll(files.stream().map(SnapshotFile::name).toList());
        snapshot.release(files.get(0));
        // Nothing of it is alive any more, so it goes at once or with the next pass.
        for (int i = 0; i < 5 * KEYS && names(folder).contains(files.get(0).name()); i++) {
          update(store, model, random);
        }
        assertThat(names(folder))
            .doesNotContain(files.get(0).name())
            .containsAll(files.stream().skip(1).map(SnapshotFile::name).toList());
      }
      checkAll(store, model);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1048576, true",
    "2, 2097152, true",
    "3, 33554432, true",
    "4, 1048576, false",
    "5, 33554432, false"
  })
  void aSnapshotTakenWhileCleaningHoldsWhatWasThere(long seed, long memoryBytes, boolean inline)
      throws Exception {
    Random random = new Random(seed);
    Work work = inline ? new InlineWork() : new ThreadedWork(2, "cleaner-test");
    try (TestStores stores = new TestStores(folder, memoryBytes, work)) {
      StateStore store = stores.open(0, 7);
      byte[][] model = new byte[KEYS][];
      CopiedSnapshot last = null;
      int whileCleaning = 0;
      for (int round = 0; round < 60; round++) {
        int steps = 500 + random.nextInt(6000);
        for (int step = 0; step < steps; step++) {
          update(store, model, random);
          check(store, model, random.nextInt(KEYS));
          if (store.metrics().cleaning() && random.nextInt(300) == 0) {
            break;
          }
        }
        StateSnapshot snapshot = store.snapshot();
        boolean cleaning = store.metrics().cleaning();
        last = last == null ? new CopiedSnapshot(snapshot) : new CopiedSnapshot(snapshot, last);
        if ((cleaning && random.nextInt(4) == 0) || round == 59) {
          whileCleaning += cleaning ? 1 : 0;
          store.close();
          int before = table;
          table = 1 + random.nextInt(3);
          store = stores.restore(0, 7, List.of(last.restored(any -> any == before ? table : -1)));
          checkAll(store, model);
        }
      }
      if (inline) {
        assertThat(whileCleaning).isPositive();
      }
      checkAll(store, model);
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1048576, 10", "2, 2097152, 300", "3, 33554432, 1"})
  void aThousandSnapshotsHaveFewFiles(long seed, long memoryBytes, int changes) throws Exception {
    Random random = new Random(seed);
    try (TestStores stores = new TestStores(folder, memoryBytes)) {
      StateStore store = stores.open(0, 7);
      byte[][] model = new byte[KEYS][];
      for (int i = 0; i < 2 * KEYS; i++) {
        update(store, model, random);
      }
      int most = 0;
      int sum = 0;
      for (int i = 0; i < 1000; i++) {
        for (int change = 0; change < changes; change++) {
          update(store, model, random);
        }
        try (StateSnapshot snapshot = store.snapshot()) {
          snapshot.await();
          most = Math.max(most, snapshot.files().size());
          sum += snapshot.files().size();
        }
      }
      assertThat(most).isLessThanOrEqualTo(Cleaner.SNAPSHOT_FILES_MAX);
      assertThat(sum / 1000).isLessThanOrEqualTo(CleaningPolicy.FILES_MAX);
      CopiedSnapshot last = new CopiedSnapshot(store.snapshot());
      checkAll(store, model);
      store.close();
      store = stores.restore(0, 7, List.of(last.restored()));
      checkAll(store, model);
      store.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1048576", "2, 4194304"})
  void mapsListsAndSetsMoveWhileTheyAreUsed(long seed, long memoryBytes) throws Exception {
    Random random = new Random(seed);
    try (TestStores stores = new TestStores(folder, memoryBytes)) {
      StateStore store = stores.open(0, 3);
      Structures model = new Structures(random);
      CopiedSnapshot last = null;
      long cleaned = 0;
      for (int round = 0; round < 150; round++) {
        for (int step = 0; step < 3000; step++) {
          model.change(store);
        }
        StateSnapshot snapshot = store.snapshot();
        boolean cleaning = store.metrics().cleaning();
        last = last == null ? new CopiedSnapshot(snapshot) : new CopiedSnapshot(snapshot, last);
        if ((cleaning && random.nextInt(5) == 0) || round % 50 == 49) {
          model.check(store);
          cleaned += store.metrics().cleanedBytes();
          store.close();
          store = stores.restore(0, 3, List.of(last.restored()));
          model.check(store);
        }
      }
      assertThat(cleaned).isGreaterThan(20 << 20);
      model.check(store);
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  /** Lists, maps and sets, some values of which are larger than a page. */
  private final class Structures {
    private static final int SIZE = 40;
    private final Random random;
    private final byte[][] lists = new byte[SIZE][];
    private final List<TreeMap<Integer, byte[]>> maps = new ArrayList<>();
    private final List<TreeMap<Integer, Boolean>> sets = new ArrayList<>();

    Structures(Random random) {
      this.random = random;
      for (int i = 0; i < SIZE; i++) {
        maps.add(new TreeMap<>());
        sets.add(new TreeMap<>());
      }
    }

    void change(StateStore store) {
      int key = random.nextInt(SIZE);
      switch (random.nextInt(6)) {
        case 0 -> {
          byte[] bytes = bytes(random.nextInt(200));
          if (lists[key] == null || lists[key].length > 20_000) {
            store.lists(1).put(key % 4, key(key), new ByteSpan().wrap(bytes));
            lists[key] = bytes;
          } else {
            store.lists(1).append(key % 4, key(key), new ByteSpan().wrap(bytes));
            int before = lists[key].length;
            lists[key] = Arrays.copyOf(lists[key], before + bytes.length);
            System.arraycopy(bytes, 0, lists[key], before, bytes.length);
          }
        }
        case 1, 2 -> {
          int userKey = random.nextInt(1000);
          byte[] value = bytes(random.nextInt(3000) == 0 ? 300_000 : random.nextInt(150));
          store.maps(2).put(key % 4, key(key), number(userKey), new ByteSpan().wrap(value));
          maps.get(key).put(userKey, value);
        }
        case 3 -> {
          int userKey = random.nextInt(1000);
          assertThat(store.maps(2).remove(key % 4, key(key), number(userKey)))
              .isEqualTo(maps.get(key).remove(userKey) != null);
        }
        case 4 -> {
          int element = random.nextInt(100_000);
          assertThat(store.ordered(3).add(key % 4, number(element)))
              .isEqualTo(sets.get(key % 4).put(element, true) == null);
        }
        default -> {
          TreeMap<Integer, Boolean> set = sets.get(key % 4);
          boolean any = set.size() > 3000;
          if (any) {
            assertThat(store.ordered(3).pollFirst(key % 4, target)).isTrue();
            assertThat(target).isEqualTo(number(set.pollFirstEntry().getKey()));
          }
        }
      }
    }

    void check(StateStore store) {
      for (int key = 0; key < SIZE; key++) {
        assertThat(store.lists(1).get(key % 4, key(key), target)).isEqualTo(lists[key] != null);
        if (lists[key] != null) {
          assertThat(Arrays.equals(target.toArray(), lists[key])).isTrue();
        }
        try (MapCursor cursor = store.maps(2).cursor(key % 4, key(key))) {
          for (var entry : maps.get(key).entrySet()) {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.userKey()).isEqualTo(number(entry.getKey()));
            assertThat(Arrays.equals(cursor.value().toArray(), entry.getValue())).isTrue();
          }
          assertThat(cursor.next()).isFalse();
        }
      }
      for (int keyGroup = 0; keyGroup < 4; keyGroup++) {
        try (MapCursor cursor = store.ordered(3).cursor(keyGroup)) {
          for (int element : sets.get(keyGroup).keySet()) {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.userKey()).isEqualTo(number(element));
          }
          assertThat(cursor.next()).isFalse();
        }
      }
    }

    private byte[] bytes(int length) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      return bytes;
    }
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, false", "3, false", "4, false"})
  void endsInTheMidstOfCleaning(long seed, boolean inline) throws Exception {
    Random random = new Random(seed);
    Work work = inline ? new InlineWork() : new ThreadedWork(2, "cleaner-test");
    try (TestStores stores = new TestStores(folder, 2 << 20, work)) {
      StateStore store = stores.open(0, 7);
      byte[][] model = new byte[KEYS][];
      for (int pass = 0; pass < seed; pass++) {
        for (int i = 0; i < KEYS; i++) {
          update(store, model, random);
        }
        while (!store.metrics().cleaning()) {
          update(store, model, random);
        }
      }
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
      assertThat(bytesOf(folder)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void damageFoundByCleaningEndsTheStore(boolean inline) throws Exception {
    Random random = new Random(1);
    Work work = inline ? new InlineWork() : new ThreadedWork(2, "cleaner-test");
    // All is in memory, so that nobody else reads.
    try (TestStores stores = new TestStores(folder, 64 << 20, work);
        StateStore store = stores.open(0, 7)) {
      byte[][] model = new byte[KEYS][];
      for (int i = 0; i < 2 * KEYS; i++) {
        update(store, model, random);
      }
      try (StateSnapshot snapshot = store.snapshot()) {
        snapshot.await();
        for (SnapshotFile file : snapshot.files()) {
          damage(file);
        }
      }
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100 * KEYS; i++) {
                  update(store, model, random);
                  if (i % 5000 == 0) {
                    store.snapshot().close();
                  }
                }
              })
          .isInstanceOf(CorruptionException.class);
      assertThatThrownBy(store::snapshot).isInstanceOf(CorruptionException.class);
    }
  }

  @Test
  void whoMakesGarbageFasterThanItIsCleanedWaits() throws Exception {
    Random random = new Random(1);
    CountDownLatch gate = new CountDownLatch(1);
    Thread owner = Thread.currentThread();
    AtomicBoolean ended = new AtomicBoolean();
    Thread opensWhenOwnerWaits =
        new Thread(
            () -> {
              while (owner.getState() != Thread.State.WAITING && !ended.get()) {
                Thread.onSpinWait();
              }
              gate.countDown();
            });
    StateMemory memory = StateMemory.direct(64 << 20);
    try (Work work = new ThreadedWork(2, "cleaner-test");
        StateStore store =
            StateStore.open(
                new StateStoreSettings(0, 7, "flood"),
                new GatedReading(new PosixDirectory(folder.resolve("flood")), gate),
                memory,
                work)) {
      byte[][] model = new byte[KEYS][];
      for (int i = 0; i < 3 * KEYS; i++) {
        update(store, model, random);
      }
      opensWhenOwnerWaits.start();
      long most = 0;
      for (int i = 0; i < 20 * KEYS && gate.getCount() > 0; i++) {
        update(store, model, random);
        if (i % KEYS == 0) {
          store.snapshot().close();
        }
        most = Math.max(most, store.metrics().logBytes());
      }
      assertThat(gate.getCount()).isZero();
      assertThat(most).isLessThan(7 * store.metrics().liveBytes() / 2);
      checkAll(store, model);
    } finally {
      ended.set(true);
      opensWhenOwnerWaits.join();
    }
  }

  /** A folder whose files can be read when a gate is open: by the cleaner, if all is in memory. */
  private static final class GatedReading extends DirectoryFilter {
    private final CountDownLatch gate;

    GatedReading(Directory in, CountDownLatch gate) {
      super(in);
      this.gate = gate;
    }

    @Override
    protected Directory filter(Directory inner) {
      return new GatedReading(inner, gate);
    }

    @Override
    public ReadFile open(String name) throws IOException {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return super.open(name);
    }
  }

  private void damage(SnapshotFile file) throws IOException {
    try (Stream<Path> all = Files.walk(folder);
        FileChannel channel =
            FileChannel.open(
                all.filter(path -> path.endsWith(file.name())).findFirst().orElseThrow(),
                StandardOpenOption.WRITE)) {
      for (long at = 1000; at < file.bytes(); at += 500) {
        channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), at);
      }
    }
  }

  private void update(StateStore store, byte[][] model, Random random) {
    int number = random.nextInt(KEYS);
    byte[] value = new byte[100 + random.nextInt(900)];
    random.nextBytes(value);
    store.values(table).put(number % 8, key(number), new ByteSpan().wrap(value));
    model[number] = value;
  }

  private void checkAll(StateStore store, byte[][] model) {
    for (int i = 0; i < model.length; i++) {
      check(store, model, i);
    }
  }

  private void check(StateStore store, byte[][] model, int number) {
    byte[] expected = model[number];
    boolean found = store.values(table).get(number % 8, key(number), target);
    if (found != (expected != null) || (found && !Arrays.equals(target.toArray(), expected))) {
      assertThat(found ? target.toArray() : null).as("key %d", number).isEqualTo(expected);
    }
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(("key " + number).getBytes(StandardCharsets.UTF_8));
  }

  private static ByteSpan number(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static long bytesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    }
  }
}
