package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.testkit.ManualClock;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries of maps that have expired go by themselves, and no others do. */
final class MapExpiryTest {

  /** Enough for cleaning, which goes on a little with each. */
  private static final int SNAPSHOTS = 60;

  private static final int MAPS = 1000;
  private static final int TABLE = 2;
  private static final long TTL_MS = 1000;

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final Expiry expiry = new Expiry(1, TTL_MS, clock);
  private final ByteSpan target = new ByteSpan();

  /** Maps, most of them small. */
  private final class Model {
    private final List<TreeMap<Integer, byte[]>> maps = new ArrayList<>();

    Model() {
      for (int i = 0; i < MAPS; i++) {
        maps.add(new TreeMap<>());
      }
    }

    void change(StateStore store, Random random) {
      int key = random.nextInt(MAPS);
      int userKey = random.nextInt(key % 20 == 0 ? 500 : 5);
      MapTable table = store.maps(TABLE);
      switch (random.nextInt(30)) {
        case 0 ->
            assertThat(table.remove(key % 4, number(key), number(userKey)))
                .matches(removed -> removed || !alive(maps.get(key).get(userKey)));
        case 1 -> {
          if (random.nextInt(10) == 0) {
            table.clear(key % 4, number(key));
            maps.get(key).clear();
          }
        }
        case 2 -> goThrough(store, key, random);
        default -> {
          put(store, key, userKey, random.nextInt(10) == 0 ? 300 : 9 + random.nextInt(100));
          return;
        }
      }
      if (!maps.get(key).isEmpty() && !table.contains(key % 4, number(key), number(userKey))) {
        maps.get(key).remove(userKey);
      }
    }

    void put(StateStore store, int key, int userKey, int bytes) {
      byte[] value = new byte[bytes];
      new Random(userKey).nextBytes(value);
      ByteBuffer.wrap(value).putLong(1, clock.wallMs());
      store.maps(TABLE).put(key % 4, number(key), number(userKey), new ByteSpan().wrap(value));
      maps.get(key).put(userKey, value);
    }

    boolean alive(byte[] value) {
      return value != null && ByteBuffer.wrap(value).getLong(1) + TTL_MS > clock.wallMs();
    }

    /** Changes it on the way, so that cleaning goes on meanwhile. */
    void goThrough(StateStore store, int key, Random random) {
      TreeMap<Integer, byte[]> shown = new TreeMap<>();
      try (MapCursor cursor = store.maps(TABLE).cursor(key % 4, number(key))) {
        while (cursor.next()) {
          int userKey = ByteBuffer.wrap(cursor.userKey().toArray()).getInt();
          byte[] value = cursor.value().toArray();
          shown.put(userKey, value);
          switch (random.nextInt(6)) {
            case 0 -> cursor.set(new ByteSpan().wrap(value));
            case 1 -> {
              cursor.remove();
              maps.get(key).remove(userKey);
              shown.remove(userKey);
            }
            default -> put(store, (key + 1) % MAPS, random.nextInt(5), 20);
          }
        }
      }
      compare(key, shown);
    }

    void check(StateStore store, int key) {
      TreeMap<Integer, byte[]> shown = new TreeMap<>();
      try (MapCursor cursor = store.maps(TABLE).cursor(key % 4, number(key))) {
        while (cursor.next()) {
          shown.put(ByteBuffer.wrap(cursor.userKey().toArray()).getInt(), cursor.value().toArray());
        }
      }
      compare(key, shown);
      for (Map.Entry<Integer, byte[]> entry : maps.get(key).entrySet()) {
        boolean found = store.maps(TABLE).get(key % 4, number(key), number(entry.getKey()), target);
        assertThat(found || !alive(entry.getValue())).isTrue();
      }
      if (shown.isEmpty()) {
        assertThat(store.maps(TABLE).contains(key % 4, number(key))).isFalse();
      }
    }

    private void compare(int key, TreeMap<Integer, byte[]> shown) {
      shown.forEach(
          (userKey, value) -> {
            if (!Arrays.equals(maps.get(key).get(userKey), value)) {
              assertThat(value).as("%d of %d", userKey, key).isEqualTo(maps.get(key).get(userKey));
            }
          });
      maps.get(key)
          .forEach(
              (userKey, value) -> {
                if (alive(value)) {
                  assertThat(shown).as("%d of %d", userKey, key).containsKey(userKey);
                }
              });
    }

    void checkAll(StateStore store) {
      for (int key = 0; key < MAPS; key++) {
        check(store, key);
      }
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
      StateStore store = stores.open(0, 3);
      store.expire(store.maps(TABLE), expiry);
      Model model = new Model();
      CopiedSnapshot last = null;
      long expired = 0;
      for (int round = 0; round < 80; round++) {
        int steps = 500 + random.nextInt(5000);
        for (int step = 0; step < steps; step++) {
          model.change(store, random);
          model.check(store, random.nextInt(MAPS));
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
          store = stores.restore(0, 3, List.of(last.restored()));
          model.checkAll(store);
          store.expire(store.maps(TABLE), expiry);
        }
      }
      assertThat(expired).isGreaterThan(1000);
      clock.advanceMs(TTL_MS);
      for (int i = 0; i < 40; i++) {
        store.snapshot().close();
      }
      model.checkAll(store);
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @Test
  void mapsShrinkWithoutAnyAccess() throws Exception {
    try (TestStores stores = new TestStores(folder, 16 << 20, new InlineWork());
        StateStore store = stores.open(0, 3)) {
      Model model = new Model();
      store.expire(store.maps(TABLE), expiry);
      for (int key = 0; key < MAPS; key++) {
        int entries = key == 0 ? 20_000 : 1 + key % 50;
        for (int i = 0; i < entries; i++) {
          model.put(store, key, i, i % 4 == 0 ? 150 : 100);
        }
      }
      model.put(store, 3, 7, 400_000);
      // What the first has written, the second has counted.
      for (int i = 0; i < 2; i++) {
        TestStores.snapshot(store);
      }
      long before = store.metrics().fileBytes();
      assertThat(before).isGreaterThan(1 << 20);
      clock.advanceMs(TTL_MS / 2);
      model.put(store, 1, 0, 100);
      clock.advanceMs(TTL_MS / 2);
      for (int i = 0; i < SNAPSHOTS; i++) {
        TestStores.snapshot(store);
      }
      model.checkAll(store);
      assertThat(store.metrics().fileBytes()).isLessThan(before / 10);
      clock.advanceMs(TTL_MS);
      for (int i = 0; i < SNAPSHOTS; i++) {
        TestStores.snapshot(store);
      }
      // As little as is left is not worth the work.
      assertThat(store.metrics().fileBytes()).isLessThan(1 << 20);
      model.checkAll(store);
      long written = store.metrics().cleanedBytes();
      for (int i = 0; i < SNAPSHOTS; i++) {
        TestStores.snapshot(store);
      }
      assertThat(store.metrics().cleanedBytes()).isEqualTo(written);
    }
  }

  private static ByteSpan number(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }
}
