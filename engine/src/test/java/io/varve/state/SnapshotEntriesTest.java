package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SnapshotEntriesTest {

  private static final int KEY_GROUPS = 16;
  private static final ByteSpan EMPTY = new ByteSpan();

  @TempDir Path folder;

  /** The numbers of four tables, one of each kind. */
  private record Numbers(int values, int lists, int maps, int ordered) {

    SnapshotEntries entries(StateSnapshot snapshot) {
      return snapshot.entries(Set.of(values), Set.of(lists), Set.of(maps, ordered));
    }
  }

  /** A store that is changed at random, and what is in it. */
  private static final class Checked {
    final StateStore store;
    private final Numbers tables;
    private final int keyGroupFirst;
    private final int keyGroups;
    private final Random random;
    private final Map<String, byte[]> model = new TreeMap<>();

    Checked(StateStore store, Numbers tables, int keyGroupFirst, int keyGroupLast, Random random) {
      this.store = store;
      this.tables = tables;
      this.keyGroupFirst = keyGroupFirst;
      this.keyGroups = keyGroupLast - keyGroupFirst + 1;
      this.random = random;
    }

    /** Takes over what another store held of this one's key groups. */
    void takeOver(Map<String, byte[]> other, Numbers numbers) {
      other.forEach(
          (id, value) -> {
            String[] parts = id.split(":", -1);
            int keyGroup = Integer.parseInt(parts[0]);
            int table = Integer.parseInt(parts[1]);
            int now =
                table == numbers.values
                    ? tables.values
                    : table == numbers.lists
                        ? tables.lists
                        : table == numbers.maps ? tables.maps : tables.ordered;
            if (keyGroup >= keyGroupFirst && keyGroup < keyGroupFirst + keyGroups) {
              model.put(parts[0] + ":" + now + ":" + parts[2] + ":" + parts[3], value);
            }
          });
    }

    Map<String, byte[]> copy() {
      return new TreeMap<>(model);
    }

    void change(int steps) {
      for (int step = 0; step < steps; step++) {
        switch (random.nextInt(4)) {
          case 0 -> changeValue();
          case 1 -> changeList();
          case 2 -> changeMap();
          default -> changeSet();
        }
        if (random.nextInt(10_000) == 0) {
          store.snapshot().close();
        }
      }
    }

    private void changeValue() {
      int number = number(4000);
      int keyGroup = keyGroup(number);
      ByteSpan key = key(number);
      String id = id(keyGroup, tables.values, key, EMPTY);
      if (random.nextInt(3) == 0) {
        assertThat(store.values(tables.values).clear(keyGroup, key))
            .isEqualTo(model.remove(id) != null);
      } else {
        byte[] value = bytes(random.nextInt(100) == 0 ? 200_000 : 300);
        store.values(tables.values).put(keyGroup, key, span(value));
        model.put(id, value);
      }
    }

    private void changeList() {
      int number = number(random.nextInt(3) == 0 ? 4 : 600);
      int keyGroup = keyGroup(number);
      ByteSpan key = key(number);
      ListTable lists = store.lists(tables.lists);
      String id = id(keyGroup, tables.lists, key, EMPTY);
      byte[] more = bytes(random.nextInt(100) == 0 ? 20_000 : 100);
      int what = random.nextInt(200);
      if (what == 0) {
        assertThat(lists.clear(keyGroup, key)).isEqualTo(model.remove(id) != null);
      } else if (what == 1) {
        lists.put(keyGroup, key, span(more));
        model.put(id, more);
      } else {
        lists.append(keyGroup, key, span(more));
        byte[] before = model.getOrDefault(id, new byte[0]);
        model.put(
            id, ByteBuffer.allocate(before.length + more.length).put(before).put(more).array());
      }
    }

    private void changeMap() {
      int number = number(random.nextInt(3) == 0 ? 1 : 400);
      int keyGroup = keyGroup(number);
      ByteSpan key = key(number);
      ByteSpan userKey = key(random.nextInt(number < KEY_GROUPS ? 1000 : 4));
      MapTable maps = store.maps(tables.maps);
      String id = id(keyGroup, tables.maps, key, userKey);
      if (random.nextInt(3) == 0) {
        assertThat(maps.remove(keyGroup, key, userKey)).isEqualTo(model.remove(id) != null);
      } else {
        byte[] value = bytes(random.nextInt(100) == 0 ? 5000 : 200);
        maps.put(keyGroup, key, userKey, span(value));
        model.put(id, value);
      }
    }

    private void changeSet() {
      int keyGroup = keyGroupFirst + random.nextInt(keyGroups);
      ByteSpan element = key(random.nextInt(5000));
      OrderedTable set = store.ordered(tables.ordered);
      String id = id(keyGroup, tables.ordered, EMPTY, element);
      if (random.nextInt(3) == 0) {
        assertThat(set.remove(keyGroup, element)).isEqualTo(model.remove(id) != null);
      } else {
        set.add(keyGroup, element);
        model.put(id, new byte[0]);
      }
    }

    /** One of so many of a key group. */
    private int number(int max) {
      return random.nextInt(max) * KEY_GROUPS + keyGroupFirst + random.nextInt(keyGroups);
    }

    /** The same in every store. */
    private static int keyGroup(int number) {
      return number % KEY_GROUPS;
    }

    private byte[] bytes(int lengthMax) {
      byte[] bytes = new byte[random.nextInt(lengthMax + 1)];
      random.nextBytes(bytes);
      return bytes;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void areWhatTheStoreHeldThen(long seed) throws Exception {
    Numbers numbers = new Numbers(3, 1, 2, 0);
    try (TestStores stores = new TestStores(folder, 2 << 20)) {
      Checked checked = new Checked(stores.open(5, 9), numbers, 5, 9, new Random(seed));
      checked.store.values(7).put(6, key(1), key(2)); // of a table that nobody asks for
      for (int round = 0; round < 3; round++) {
        checked.change(40_000);
        Map<String, byte[]> then = checked.copy();
        try (StateSnapshot snapshot = checked.store.snapshot()) {
          snapshot.await();
          CompletableFuture<Map<String, byte[]>> read =
              CompletableFuture.supplyAsync(() -> readAhead(numbers, snapshot));
          checked.change(20_000);
          assertSame(read.get(), then);
          assertSame(read(numbers.entries(snapshot)), then);
        }
      }
      assertThat(checked.store.metrics().liveBytes()).isGreaterThan(4 << 20);
      checked.store.close();
    }
  }

  @Test
  void areOfSeveralSnapshotsWhoseTablesHadOtherNumbers() throws Exception {
    Numbers first = new Numbers(1, 2, 3, 4);
    Numbers second = new Numbers(4, 1, 2, 3);
    Numbers now = new Numbers(12, 11, 17, 3);
    Random random = new Random(4);
    try (TestStores stores = new TestStores(folder, 4 << 20)) {
      Checked low = new Checked(stores.open(0, 3), first, 0, 3, random);
      Checked high = new Checked(stores.open(4, 7), second, 4, 7, random);
      low.change(60_000);
      high.change(60_000);
      RestoredSnapshot lowCopy =
          new CopiedSnapshot(low.store.snapshot())
              .restored(table -> List.of(-1, 12, 11, 17, 3).get(table));
      RestoredSnapshot highCopy =
          new CopiedSnapshot(high.store.snapshot())
              .restored(table -> List.of(-1, 11, 17, 3, 12).get(table));
      low.store.close();
      high.store.close();

      Checked both =
          new Checked(stores.restore(2, 5, List.of(lowCopy, highCopy)), now, 2, 5, random);
      both.takeOver(low.model, first);
      both.takeOver(high.model, second);
      for (int round = 0; round < 2; round++) {
        try (StateSnapshot snapshot = both.store.snapshot()) {
          snapshot.await();
          Map<String, byte[]> then = both.copy();
          assertSame(read(now.entries(snapshot)), then);
        }
        both.change(30_000);
      }
      both.store.close();
    }
  }

  @Test
  void areNoneInAnEmptyStore() {
    try (TestStores stores = new TestStores(folder, 1 << 20)) {
      StateStore store = stores.open(0, 3);
      try (StateSnapshot snapshot = store.snapshot()) {
        snapshot.await();
        SnapshotEntries entries = snapshot.entries(Set.of(1), Set.of(), Set.of());
        assertThat(entries.next()).isFalse();
        assertThat(entries.next()).isFalse();
        assertThatThrownBy(entries::key).isInstanceOf(IllegalStateException.class);
      }
      store.close();
    }
  }

  @Test
  void damagedRecordsAreNotShown() throws Exception {
    try (TestStores stores = new TestStores(folder, 1 << 20)) {
      StateStore store = stores.open(0, 3);
      store.values(1).put(0, key(1), key(2));
      CopiedSnapshot copy = new CopiedSnapshot(store.snapshot());
      store.close();
      Map.Entry<String, byte[]> file = copy.files.entrySet().iterator().next();
      file.getValue()[StateFile.HEADER_BYTES + RecordLayout.HEADER_BYTES] ^= 1;

      StateStore restored = stores.restore(0, 3, List.of(copy.restored()));
      try (StateSnapshot snapshot = restored.snapshot()) {
        snapshot.await();
        SnapshotEntries entries = snapshot.entries(Set.of(1), Set.of(), Set.of());
        assertThatThrownBy(entries::next)
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining(file.getKey() + " at byte " + StateFile.HEADER_BYTES + ":");
      }
      restored.close();
    }
  }

  @Test
  void recordsOfAnotherKindAreRefusedByTheirFile() {
    try (TestStores stores = new TestStores(folder, 1 << 20)) {
      StateStore store = stores.open(0, 3);
      store.values(1).put(0, key(1), span(new byte[] {99, 0, 0}));
      try (StateSnapshot snapshot = store.snapshot()) {
        snapshot.await();
        String file = snapshot.files().get(0).name();
        for (SnapshotEntries entries :
            List.of(
                snapshot.entries(Set.of(), Set.of(1), Set.of()),
                snapshot.entries(Set.of(), Set.of(), Set.of(1)))) {
          assertThatThrownBy(entries::next)
              .isInstanceOf(CorruptionException.class)
              .hasMessageContaining(file)
              .hasMessageContaining("kind 99");
        }
      }
      store.close();
    }
  }

  private static Map<String, byte[]> readAhead(Numbers numbers, StateSnapshot snapshot) {
    ExecutorService readers = Executors.newCachedThreadPool();
    try (SnapshotEntries entries =
        snapshot.entries(
            Set.of(numbers.values),
            Set.of(numbers.lists),
            Set.of(numbers.maps, numbers.ordered),
            readers)) {
      return read(entries);
    } finally {
      readers.shutdown();
    }
  }

  @Test
  void damageIsToldByWhatReadsAhead() throws Exception {
    try (TestStores stores = new TestStores(folder, 1 << 20)) {
      StateStore store = stores.open(0, 3);
      store.values(1).put(0, key(1), key(2));
      store.values(1).put(1, key(1), key(2));
      CopiedSnapshot copy = new CopiedSnapshot(store.snapshot());
      store.close();
      Map.Entry<String, byte[]> file = copy.files.entrySet().iterator().next();
      file.getValue()[StateFile.HEADER_BYTES + RecordLayout.HEADER_BYTES] ^= 1;

      StateStore restored = stores.restore(0, 3, List.of(copy.restored()));
      ExecutorService readers = Executors.newCachedThreadPool();
      try (StateSnapshot snapshot = restored.snapshot()) {
        snapshot.await();
        try (SnapshotEntries entries = snapshot.entries(Set.of(1), Set.of(), Set.of(), readers)) {
          assertThatThrownBy(entries::next)
              .isInstanceOf(CorruptionException.class)
              .hasMessageContaining(file.getKey() + " at byte " + StateFile.HEADER_BYTES + ":");
        }
      } finally {
        readers.shutdown();
      }
      assertThat(readers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      restored.close();
    }
  }

  @Test
  void readersEndWhenTheEntriesAreClosedEarly() throws Exception {
    try (TestStores stores = new TestStores(folder, 4 << 20)) {
      StateStore store = stores.open(0, 3);
      byte[] large = new byte[100_000]; // more batches than are read ahead
      for (int i = 0; i < 100; i++) {
        store.values(1).put(i % 4, key(i), span(large));
      }
      ExecutorService readers = Executors.newCachedThreadPool();
      try (StateSnapshot snapshot = store.snapshot()) {
        snapshot.await();
        try (SnapshotEntries entries = snapshot.entries(Set.of(1), Set.of(), Set.of(), readers)) {
          assertThat(entries.next()).isTrue();
        }
        readers.shutdown();
        assertThat(readers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      }
      store.close();
    }
  }

  /** All entries; fails if they are out of order, or one comes twice. */
  private static Map<String, byte[]> read(SnapshotEntries entries) {
    Map<String, byte[]> read = new TreeMap<>();
    long last = -1;
    while (entries.next()) {
      long order = (long) entries.keyGroup() << 16 | entries.table();
      assertThat(order).isGreaterThanOrEqualTo(last);
      last = order;
      String id = id(entries.keyGroup(), entries.table(), entries.key(), entries.userKey());
      assertThat(read.put(id, entries.value().toArray())).as(id).isNull();
    }
    assertThat(entries.next()).isFalse();
    return read;
  }

  private static void assertSame(Map<String, byte[]> read, Map<String, byte[]> expected) {
    assertThat(read.keySet()).isEqualTo(expected.keySet());
    expected.forEach((id, value) -> assertThat(read.get(id)).as(id).isEqualTo(value));
  }

  private static String id(int keyGroup, int table, ByteSpan key, ByteSpan userKey) {
    HexFormat hex = HexFormat.of();
    return keyGroup
        + ":"
        + table
        + ":"
        + hex.formatHex(key.toArray())
        + ":"
        + hex.formatHex(userKey.toArray());
  }

  /** Of a length that depends on the number. */
  private static ByteSpan key(int number) {
    ByteArrayOutputStream key = new ByteArrayOutputStream();
    key.writeBytes(ByteBuffer.allocate(4).putInt(number).array());
    key.writeBytes(new byte[number % 30]);
    return span(key.toByteArray());
  }

  private static ByteSpan span(byte[] bytes) {
    return new ByteSpan().wrap(bytes);
  }
}
