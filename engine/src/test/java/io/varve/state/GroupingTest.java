package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.io.PosixDirectory;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ReadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GroupingTest {

  /** The least of which an order of records may be a part. */
  private static final long MEMORY_BYTES = 20 << 20;

  private static final int MAPS = 3_000;
  private static final int ENTRIES = 80;
  private static final int NO_VALUE = -1;

  /** A value in another table, in the same files. */
  private static final String UNREAD = "what nobody reads or has read before";

  @TempDir Path folder;

  private final ReadLog reads = new ReadLog();

  private final Random random = new Random(7);
  private final int[] versions = new int[MAPS * ENTRIES];

  @Test
  void mapsThatAreGoneThroughComeToLieTogether() throws Exception {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES, new InlineWork());
        StateStore store = open(stores)) {
      fill(store);
      checkAll(store);
      assertThat(store.metrics().cleaningPasses()).isPositive();
      long passes = -1;
      for (int i = 0; i < 20 && store.metrics().cleaningPasses() > passes; i++) {
        passes = store.metrics().cleaningPasses();
        checkAll(store);
      }
      reads.clear();
      checkAll(store);
      // A read for each value would be more; nearly all values are on disk.
      assertThat(reads.files()).hasSizeLessThan(MAPS * ENTRIES / 3);
      assertThat(store.metrics().cleaningPasses())
          .as("an end of putting in order")
          .isEqualTo(passes);
    }
  }

  @Test
  void nothingIsLostWhateverIsChangedMeanwhile() throws Exception {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES)) {
      changeAndRestore(stores);
      // Whatever was set aside for putting in order was given back.
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @Test
  void valuesThatHaveExpiredAreNotPutTogether() throws Exception {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES, new InlineWork());
        StateStore store = open(stores)) {
      fill(store);
      // Too few for cleaning to begin for their sake, did it know of them.
      store.expire(store.maps(1), new Expiry(0, 1, new ManualClock()));
      int shown = countExpired(store);
      for (int i = 0; i < 20 && store.metrics().expiredRecords() == 0; i++) {
        shown = countExpired(store);
      }
      assertThat(store.metrics().expiredRecords()).isPositive();
      assertThat(countExpired(store)).isLessThan(shown);
    }
  }

  @Test
  void damageThatIsFoundWhilePuttingTogetherIsReported() throws Exception {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES, new InlineWork())) {
      CopiedSnapshot copy;
      try (StateStore store = open(stores)) {
        fill(store);
        copy = new CopiedSnapshot(store.snapshot());
        assertThat(damageUnread()).isGreaterThanOrEqualTo(MAPS * ENTRIES / 100);
        for (int i = 0; i < 20; i++) {
          checkWhatCanBeRead(store);
        }
        assertThatThrownBy(store::snapshot)
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining(".state")
            .hasMessageContaining("CRC32C");
      }
      assertThat(stores.memory.usedBytes()).isZero();
      try (StateStore restored = stores.restore(0, 0, List.of(copy.restored()))) {
        checkAll(restored);
      }
    }
  }

  private void changeAndRestore(TestStores stores) throws Exception {
    CopiedSnapshot copy;
    try (StateStore store = open(stores)) {
      fill(store);
      for (int step = 0; step < 20_000; step++) {
        if (step % 4 == 0) {
          check(store, random.nextInt(MAPS));
        }
        change(store, random.nextInt(MAPS * ENTRIES));
        if (step % 7_000 == 6_999) {
          try (StateSnapshot snapshot = store.snapshot()) {
            check(store, random.nextInt(MAPS));
            snapshot.await();
          }
        }
      }
      checkAll(store);
      assertThat(store.metrics().cleaningPasses()).isPositive();
      copy = new CopiedSnapshot(store.snapshot());
    }
    try (StateStore restored = stores.restore(0, 0, List.of(copy.restored()))) {
      checkAll(restored);
    }
  }

  /** Where pages are read whole, what is damaged in them is in the way of what is not. */
  private void checkWhatCanBeRead(StateStore store) {
    for (int map = 0; map < MAPS; map++) {
      try {
        check(store, map);
      } catch (CorruptionException e) {
        assertThat(e).hasMessageContaining("CRC32C");
      }
    }
  }

  /**
   * Checks the others, of which all must be there; returns how many are there that have expired.
   */
  private int countExpired(StateStore store) {
    int expired = 0;
    for (int map = 0; map < MAPS; map++) {
      int next = map * ENTRIES;
      try (MapCursor cursor = store.maps(1).cursor(0, number(map))) {
        while (cursor.next()) {
          int entry = map * ENTRIES + cursor.userKey().toArray()[3];
          while (next < entry) {
            assertThat(isExpired(next++)).isTrue();
          }
          assertThat(cursor.value()).isEqualTo(value(entry, 0));
          expired += isExpired(entry) ? 1 : 0;
          next = entry + 1;
        }
      }
      while (next < (map + 1) * ENTRIES) {
        assertThat(isExpired(next++)).isTrue();
      }
    }
    return expired;
  }

  /** Damages values that nobody reads, in all files. */
  private int damageUnread() throws IOException {
    int damaged = 0;
    try (Stream<Path> all = Files.walk(folder.resolve("store"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        for (int at = text.indexOf(UNREAD); at >= 0; at = text.indexOf(UNREAD, at + 1)) {
          bytes[at]++;
          damaged++;
        }
        Files.write(file, bytes);
      }
    }
    return damaged;
  }

  private StateStore open(TestStores stores) {
    return StateStore.open(
        new StateStoreSettings(0, 0, "grouped"),
        reads.of(new PosixDirectory(folder.resolve("store"))),
        stores.memory,
        stores.work);
  }

  private void fill(StateStore store) {
    List<Integer> entries = new ArrayList<>();
    for (int i = 0; i < MAPS * ENTRIES; i++) {
      entries.add(i);
    }
    Collections.shuffle(entries, random);
    MapTable maps = store.maps(1);
    ByteSpan unread = new ByteSpan().wrap(UNREAD.getBytes(StandardCharsets.US_ASCII));
    for (int entry : entries) {
      if (entry % 100 == 0) {
        store.values(2).put(0, number(entry), unread);
      }
      maps.put(0, number(entry / ENTRIES), number(entry % ENTRIES), value(entry, 0));
    }
  }

  private void change(StateStore store, int entry) {
    MapTable maps = store.maps(1);
    int version = random.nextInt(10);
    if (version == 0) {
      boolean there = versions[entry] != NO_VALUE;
      assertThat(maps.remove(0, number(entry / ENTRIES), number(entry % ENTRIES))).isEqualTo(there);
      versions[entry] = NO_VALUE;
    } else {
      maps.put(0, number(entry / ENTRIES), number(entry % ENTRIES), value(entry, version));
      versions[entry] = version;
    }
  }

  private void checkAll(StateStore store) {
    for (int map = 0; map < MAPS; map++) {
      check(store, map);
    }
  }

  private void check(StateStore store, int map) {
    try (MapCursor cursor = store.maps(1).cursor(0, number(map))) {
      for (int i = 0; i < ENTRIES; i++) {
        int entry = map * ENTRIES + i;
        if (versions[entry] != NO_VALUE) {
          assertThat(cursor.next()).isTrue();
          assertThat(cursor.userKey()).isEqualTo(number(i));
          assertThat(cursor.value()).isEqualTo(value(entry, versions[entry]));
        }
      }
      assertThat(cursor.next()).isFalse();
    }
  }

  /** Most of some hundred bytes, some in the leaf, one in thousands larger than a page. */
  private static ByteSpan value(int entry, int version) {
    Random random = new Random(entry * 16L + version);
    int kind = random.nextInt(10_000);
    int length = kind < 3 ? Page.BYTES + 1_000 : kind < 500 ? 50 : 150 + random.nextInt(200);
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    ByteBuffer.wrap(bytes).putLong(isExpired(entry) ? 0 : Long.MAX_VALUE / 2);
    return new ByteSpan().wrap(bytes);
  }

  /** Whether its value expires as soon as values do. */
  private static boolean isExpired(int entry) {
    return entry % 16 == 3;
  }

  private static ByteSpan number(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }
}
