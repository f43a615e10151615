package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.io.ReadFile;
import io.varve.testkit.DirectoryFilter;
import io.varve.testkit.ManualClock;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What has expired goes by itself, and nothing else does. */
final class ExpiryTest {

  private static final int KEYS = 8_000;
  private static final long TTL_MS = 1000;

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final Expiry expiry = new Expiry(0, TTL_MS, clock);
  private final ByteSpan target = new ByteSpan();

  /** A table, and what is in it. */
  private final class Model {
    private final int table;
    private final boolean expires;
    private final byte[][] values = new byte[KEYS][];

    Model(int table, boolean expires) {
      this.table = table;
      this.expires = expires;
    }

    void change(StateStore store, Random random) {
      int number = random.nextInt(KEYS);
      if (random.nextInt(20) == 0) {
        store.values(table).clear(number % 8, key(number));
        values[number] = null;
        return;
      }
      put(store, number, 100 + random.nextInt(random.nextInt(3000) == 0 ? 300_000 : 300));
    }

    void put(StateStore store, int number, int bytes) {
      byte[] value = value(number, clock.wallMs(), bytes);
      store.values(table).put(number % 8, key(number), new ByteSpan().wrap(value));
      values[number] = value;
    }

    boolean alive(int number) {
      byte[] value = values[number];
      return value != null
          && (!expires || ByteBuffer.wrap(value).getLong() + TTL_MS > clock.wallMs());
    }

    void check(StateStore store, int number) {
      byte[] expected = values[number];
      boolean found = store.values(table).get(number % 8, key(number), target);
      if (found ? !Arrays.equals(target.toArray(), expected) : alive(number)) {
        assertThat(found ? target.toArray() : null).as("key %d", number).isEqualTo(expected);
      }
    }

    void checkAll(StateStore store) {
      for (int i = 0; i < KEYS; i++) {
        check(store, i);
      }
    }

    int countAlive() {
      int count = 0;
      for (int i = 0; i < KEYS; i++) {
        count += alive(i) ? 1 : 0;
      }
      return count;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1048576, true, 60",
    "2, 4194304, true, 20",
    "3, 1048576, false, 60",
    "4, 16777216, false, 20",
    "5, 2097152, true, 400"
  })
  void whatIsAliveStaysAndWhatHasExpiredGoes(
      long seed, long memoryBytes, boolean inline, int stepsAMs) throws Exception {
    Random random = new Random(seed);
    Work work = inline ? new InlineWork() : new ThreadedWork(2, "expiry-test");
    try (TestStores stores = new TestStores(folder, memoryBytes, work)) {
      StateStore store = stores.open(0, 7);
      Model dying = new Model(1, true);
      Model lasting = new Model(2, false);
      store.expire(store.values(1), expiry);
      store.values(2);
      CopiedSnapshot last = null;
      long expired = 0;
      for (int round = 0; round < 80; round++) {
        int steps = 500 + random.nextInt(3000);
        for (int step = 0; step < steps; step++) {
          (random.nextInt(4) == 0 ? lasting : dying).change(store, random);
          dying.check(store, random.nextInt(KEYS));
          lasting.check(store, random.nextInt(KEYS));
          clock.advanceMs(step % stepsAMs == 0 ? 1 + random.nextInt(10) : 0);
        }
        if (random.nextInt(6) == 0) {
          clock.advanceMs(random.nextInt(2 * (int) TTL_MS));
        }
        StateSnapshot snapshot = store.snapshot();
        last = last == null ? new CopiedSnapshot(snapshot) : new CopiedSnapshot(snapshot, last);
        if (random.nextInt(8) == 0 || round == 79) {
          expired += store.metrics().expiredRecords();
          store.close();
          store = stores.restore(0, 7, List.of(last.restored()));
          // What is not said to expire is all there.
          dying.checkAll(store);
          lasting.checkAll(store);
          store.expire(store.values(1), expiry);
        }
      }
      assertThat(expired).isGreaterThan(10_000);

      // In the end there is little more than what is alive.
      clock.advanceMs(TTL_MS);
      assertThat(dying.countAlive()).isZero();
      for (int i = 0; i < 40; i++) {
        for (int step = 0; step < 100; step++) {
          lasting.change(store, random);
        }
        store.snapshot().close();
      }
      dying.checkAll(store);
      lasting.checkAll(store);
      long alive = 0;
      for (byte[] value : lasting.values) {
        alive += value == null ? 0 : value.length + 48;
      }
      assertThat(store.metrics().fileBytes()).isLessThan(alive * 3 / 2 + (4 << 20));
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @Test
  void aStoreThatIsNotUsedShrinksAtSnapshots() throws Exception {
    try (TestStores stores = new TestStores(folder, 4 << 20, new InlineWork());
        StateStore store = stores.open(0, 7)) {
      Model dying = new Model(1, true);
      store.expire(store.values(1), expiry);
      for (int i = 0; i < KEYS; i++) {
        dying.put(store, i, 1000);
      }
      TestStores.snapshot(store);
      clock.advanceMs(TTL_MS - 1);
      for (int i = 0; i < 5; i++) {
        TestStores.snapshot(store);
      }
      assertThat(store.metrics().records()).isEqualTo(KEYS);
      clock.advanceMs(1);
      for (int i = 0; i < 5; i++) {
        TestStores.snapshot(store);
      }
      assertThat(store.metrics().records()).isZero();
      assertThat(store.metrics().expiredRecords()).isEqualTo(KEYS);
      assertThat(bytesOf(folder)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void wholeFilesGoUnread(boolean restored) throws Exception {
    AtomicLong bytesRead = new AtomicLong();
    StateMemory memory = StateMemory.direct(16 << 20);
    try (Work work = new InlineWork()) {
      StateStore store = open(memory, work, bytesRead, "a", List.of());
      Model dying = new Model(1, true);
      store.expire(store.values(1), expiry);
      for (int i = 0; i < KEYS; i++) {
        dying.put(store, i, 2000);
      }
      if (restored) {
        CopiedSnapshot copy = new CopiedSnapshot(store.snapshot());
        store.close();
        store = open(memory, work, bytesRead, "b", List.of(copy.restored()));
        store.expire(store.values(1), expiry);
      }
      TestStores.snapshot(store);
      clock.advanceMs(TTL_MS);
      bytesRead.set(0);
      for (int i = 0; i < 5; i++) {
        TestStores.snapshot(store);
      }
      assertThat(store.metrics().records()).isZero();
      assertThat(store.metrics().files()).isZero();
      // Footers, and not a byte of 16 million.
      assertThat(bytesRead.get()).isBetween(1L, KEYS * 14L);
      store.close();
    }
  }

  private StateStore open(
      StateMemory memory,
      Work work,
      AtomicLong bytesRead,
      String name,
      List<RestoredSnapshot> snapshots) {
    return StateStore.restore(
        new StateStoreSettings(0, 7, name),
        new CountingReads(new PosixDirectory(folder.resolve(name)), bytesRead),
        memory,
        work,
        snapshots);
  }

  /** A folder that counts what is read of its files. */
  private static final class CountingReads extends DirectoryFilter {
    private final AtomicLong bytes;

    CountingReads(Directory in, AtomicLong bytes) {
      super(in);
      this.bytes = bytes;
    }

    @Override
    protected Directory filter(Directory inner) {
      return new CountingReads(inner, bytes);
    }

    @Override
    public ReadFile open(String name) throws IOException {
      ReadFile file = super.open(name);
      return new ReadFile() {
        @Override
        public int read(ByteBuffer target, long position) throws IOException {
          int read = file.read(target, position);
          bytes.addAndGet(read);
          return read;
        }

        @Override
        public long length() throws IOException {
          return file.length();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }

  @Test
  void whatIsWrittenAnewMeanwhileStays() throws Exception {
    Random random = new Random(1);
    try (TestStores stores = new TestStores(folder, 4 << 20, new InlineWork());
        StateStore store = stores.open(0, 7)) {
      Model dying = new Model(1, true);
      store.expire(store.values(1), expiry);
      for (int i = 0; i < KEYS; i++) {
        dying.put(store, i, 1000);
      }
      store.snapshot().close();
      clock.advanceMs(TTL_MS);
      // The pass begins here, and has found all of it to have expired.
      store.snapshot().close();
      assertThat(store.metrics().cleaning()).isTrue();
      // Each operation lets some go; this one's key is new by then, or comes back.
      for (int i = KEYS - 1; i >= 0; i--) {
        dying.put(store, i, 50);
      }
      while (store.metrics().cleaning()) {
        dying.check(store, random.nextInt(KEYS));
      }
      assertThat(store.metrics().records()).isEqualTo(KEYS);
      assertThat(dying.countAlive()).isEqualTo(KEYS);
      dying.checkAll(store);
    }
  }

  @ParameterizedTest
  @CsvSource({"longer", "never", "not"})
  void whatIsSaidLastHolds(String change) throws Exception {
    try (TestStores stores = new TestStores(folder, 4 << 20, new InlineWork());
        StateStore store = stores.open(0, 7)) {
      Model values = new Model(1, false);
      store.expire(store.values(1), expiry);
      for (int i = 0; i < KEYS; i++) {
        values.put(store, i, 1000);
      }
      store.snapshot().close();
      clock.advanceMs(TTL_MS);
      store.snapshot().close();
      assertThat(store.metrics().cleaning()).isTrue();
      // The pass has found all of it to have expired; the owner knows better by now.
      store.expire(
          store.values(1),
          switch (change) {
            case "longer" -> new Expiry(0, 2 * TTL_MS, clock);
            case "never" -> new Expiry(0, Expiry.NEVER, clock);
            default -> null;
          });
      for (int i = 0; i < 5; i++) {
        store.snapshot().close();
        values.checkAll(store);
      }
      assertThat(store.metrics().records()).isEqualTo(KEYS);
      assertThat(store.metrics().expiredRecords()).isZero();
    }
  }

  @Test
  void valuesWithoutTimestampStay() throws Exception {
    try (TestStores stores = new TestStores(folder, 16 << 20, new InlineWork());
        StateStore store = stores.open(0, 7)) {
      store.expire(store.values(1), new Expiry(1, TTL_MS, clock));
      for (int i = 0; i < 200_000; i++) {
        byte[] value = new byte[i % 3 == 0 ? i % 9 : 9];
        store.values(1).put(i % 8, key(i), new ByteSpan().wrap(value));
        if (i % 50_000 == 0) {
          store.snapshot().close();
        }
      }
      for (int i = 0; i < 10; i++) {
        store.snapshot().close();
      }
      assertThat(store.metrics().expiredRecords()).isGreaterThan(50_000);
      for (int i = 0; i < 200_000; i += 3) {
        assertThat(store.values(1).get(i % 8, key(i), target)).isTrue();
      }
    }
  }

  @Test
  void aTableThatTakesAnothersNumberKeepsItsValues() throws Exception {
    try (TestStores stores = new TestStores(folder, 4 << 20, new InlineWork());
        StateStore store = stores.open(0, 7)) {
      store.expire(store.values(1), expiry);
      for (int i = 0; i < KEYS; i++) {
        new Model(1, true).put(store, i, 1000);
      }
      store.snapshot().close();
      clock.advanceMs(TTL_MS);
      store.snapshot().close();
      assertThat(store.metrics().cleaning()).isTrue();
      store.drop(1);
      Model other = new Model(1, false);
      for (int i = 0; i < KEYS; i++) {
        other.put(store, i, 900);
      }
      for (int i = 0; i < 5; i++) {
        store.snapshot().close();
        other.checkAll(store);
      }
      assertThat(store.metrics().expiredRecords()).isZero();
    }
  }

  @Test
  void onlyTablesOfThisStoreThatMayExpireDo() throws Exception {
    try (TestStores stores = new TestStores(folder, 4 << 20);
        StateStore store = stores.open(0, 7);
        StateStore other = stores.open(0, 7)) {
      assertThatThrownBy(() -> store.expire(store.ordered(1), expiry))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Table 1");
      assertThatThrownBy(() -> store.expire(other.values(2), expiry))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new Expiry(-1, 1, clock))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new Expiry(0, 0, clock))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void timeToLiveIsCountedAsFlinkCountsIt() {
    Expiry second = new Expiry(0, 1000, clock);
    assertThat(second.isExpired(0, 999)).isFalse();
    assertThat(second.isExpired(0, 1000)).isTrue();
    assertThat(second.isExpired(Long.MAX_VALUE - 1, Long.MAX_VALUE - 1)).isFalse();
    assertThat(second.isExpired(Expiry.NO_TIMESTAMP, Long.MAX_VALUE)).isFalse();
    assertThat(second.isExpired(Long.MIN_VALUE, Long.MIN_VALUE + 999)).isFalse();
    assertThat(second.isExpired(Long.MIN_VALUE, Long.MIN_VALUE + 1000)).isTrue();
    Expiry never = new Expiry(0, Expiry.NEVER, clock);
    assertThat(never.isExpired(Long.MIN_VALUE, Long.MAX_VALUE)).isFalse();
    Expiry longest = new Expiry(0, Expiry.NEVER - 1, clock);
    assertThat(longest.isExpired(10, Long.MAX_VALUE - 1)).isFalse();
  }

  private static byte[] value(int number, long timestamp, int bytes) {
    byte[] value = new byte[bytes];
    new Random(number).nextBytes(value);
    ByteBuffer.wrap(value).putLong(timestamp);
    return value;
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(("key " + number).getBytes(StandardCharsets.UTF_8));
  }

  private static long bytesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(path -> path.toFile().length()).sum();
    }
  }
}
