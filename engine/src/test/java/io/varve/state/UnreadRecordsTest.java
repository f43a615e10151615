package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values on disk that are replaced or removed without being read. */
final class UnreadRecordsTest {

  private static final int MEMORY_BYTES = 8 << 20;
  private static final int VALUE_BYTES = 1000;
  private static final int KEYS = 40_000;
  private static final int TABLE = 1;

  /** Prints of some pages may find no room in so little memory: such records are read. */
  private static final int READ_MAX = KEYS / 20;

  @TempDir Path folder;

  @Test
  void aValueOnDiskIsReplacedUnread() {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES);
        StateStore store = stores.open(0, 0)) {
      ValueTable values = store.values(TABLE);
      for (int i = 0; i < KEYS; i++) {
        values.put(0, key(i), value(VALUE_BYTES, i));
      }
      long read = store.metrics().readsFromFiles();
      Random random = new Random(1);
      Map<Integer, Integer> changed = new HashMap<>();
      for (int i = 0; i < 3 * KEYS; i++) {
        int key = random.nextInt(KEYS);
        values.put(0, key(key), value(VALUE_BYTES - i % 100, -i));
        changed.put(key, i);
      }
      assertThat(store.metrics().cleaningPasses()).isPositive();
      assertThat(store.metrics().readsFromFiles()).isLessThan(read + READ_MAX);
      assertThat(store.metrics().records()).isEqualTo(KEYS);
      ByteSpan found = new ByteSpan();
      for (int key = 0; key < KEYS; key++) {
        Integer last = changed.get(key);
        assertThat(values.get(0, key(key), found)).isTrue();
        assertThat(found)
            .isEqualTo(
                last == null ? value(VALUE_BYTES, key) : value(VALUE_BYTES - last % 100, -last));
      }
      assertThat(store.metrics().readsFromFiles()).isGreaterThan(read + READ_MAX);
    }
  }

  @Test
  void aValueOnDiskIsRemovedUnread() {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES);
        StateStore store = stores.open(0, 0)) {
      ValueTable values = store.values(TABLE);
      for (int i = 0; i < KEYS; i++) {
        values.put(0, key(i), value(VALUE_BYTES, i));
      }
      long read = store.metrics().readsFromFiles();
      for (int i = 0; i < KEYS; i += 2) {
        assertThat(values.clear(0, key(i))).isTrue();
      }
      assertThat(store.metrics().readsFromFiles()).isLessThan(read + READ_MAX);
      assertThat(store.metrics().records()).isEqualTo(KEYS / 2);
      for (int i = 0; i < KEYS; i++) {
        assertThat(values.contains(0, key(i))).isEqualTo(i % 2 == 1);
      }
    }
  }

  /** Such keys share a hash in the index; on disk only the prints tell them apart. */
  @Test
  void anotherKeyOfTheSameHashIsLeftAlone() {
    List<int[]> pairs = collidingPairs();
    assertThat(pairs).isNotEmpty();
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES);
        StateStore store = stores.open(0, 0)) {
      ValueTable values = store.values(TABLE);
      for (int[] pair : pairs) {
        values.put(0, key(pair[0]), value(VALUE_BYTES, pair[0]));
        values.put(0, key(pair[1]), value(VALUE_BYTES, pair[1]));
      }
      fill(values);
      long read = store.metrics().readsFromFiles();
      for (int[] pair : pairs) {
        values.put(0, key(pair[0]), value(VALUE_BYTES, -1));
        assertThat(values.clear(0, key(pair[1]))).isTrue();
        assertThat(values.clear(0, key(pair[1]))).isFalse();
      }
      assertThat(store.metrics().readsFromFiles() - read).isLessThan(pairs.size());
      ByteSpan found = new ByteSpan();
      for (int[] pair : pairs) {
        assertThat(values.get(0, key(pair[0]), found)).isTrue();
        assertThat(found).isEqualTo(value(VALUE_BYTES, -1));
        assertThat(values.contains(0, key(pair[1]))).isFalse();
      }
    }
  }

  @Test
  void aKeyTooLongForPrintsIsCompared() {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES);
        StateStore store = stores.open(0, 0)) {
      ValueTable values = store.values(TABLE);
      ByteSpan key = value(RecordPrints.KEY_BYTES_MAX + 1, 7);
      values.put(0, key, value(VALUE_BYTES, 1));
      fill(values);
      long read = store.metrics().readsFromFiles();
      values.put(0, key, value(VALUE_BYTES, 2));
      assertThat(store.metrics().readsFromFiles()).isEqualTo(read + 1);
      ByteSpan found = new ByteSpan();
      assertThat(values.get(0, key, found)).isTrue();
      assertThat(found).isEqualTo(value(VALUE_BYTES, 2));
    }
  }

  @Test
  void printsTakeTheStoresMemoryAndGiveItBack() {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES);
        StateStore store = stores.open(0, 0)) {
      ValueTable values = store.values(TABLE);
      // So many that not all prints find room.
      for (int i = 0; i < 4 * KEYS; i++) {
        values.put(0, key(i), value(VALUE_BYTES, i));
        assertThat(stores.memory.usedBytes()).isLessThanOrEqualTo(MEMORY_BYTES);
      }
      for (int i = 0; i < 4 * KEYS; i++) {
        values.put(0, key(i), value(VALUE_BYTES, -i));
      }
      assertThat(store.metrics().records()).isEqualTo(4 * KEYS);
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @Test
  void aPageOfManySmallRecordsHasNoPrints() {
    RecordPrints.Maker maker = new RecordPrints.Maker("secret");
    ByteBuffer page = ByteBuffer.allocate(Page.BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    assertThat(make(maker, page, 100, 100, 0)).isNull();
    assertThat(make(maker, page, 100, 1000, 1)).isNull();
    RecordPrints prints = make(maker, page, 100, 1000, 0);
    int bytes = RecordLayout.bytes(4, 1000);
    for (int i = 0; i < 100; i++) {
      assertThat(prints.at(i * bytes, 100 * bytes)).isEqualTo(maker.print(3, key(i), 0));
      assertThat(prints.at(i * bytes + 8, 100 * bytes)).isEqualTo(RecordPrints.NONE);
      assertThat(prints.bytesAt(i * bytes, 100 * bytes)).isEqualTo(bytes);
    }
    assertThat(prints.at(0, 100 * bytes))
        .isNotEqualTo(maker.print(4, key(0), 0))
        .isNotEqualTo(maker.print(3, key(0), 1))
        .isNotEqualTo(new RecordPrints.Maker("another").print(3, key(0), 0));
  }

  @Test
  void recordsOfUnequalSizesAreFound() {
    RecordPrints.Maker maker = new RecordPrints.Maker("secret");
    ByteBuffer page = ByteBuffer.allocate(Page.BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(2);
    List<Integer> begins = new ArrayList<>();
    maker.begin();
    int used = 0;
    for (int i = 0; ; i++) {
      int length = random.nextInt(10) == 0 ? 9000 : 550 + random.nextInt(100);
      int bytes = RecordLayout.bytes(4, length);
      if (used + bytes > Page.BYTES) {
        break;
      }
      RecordLayout.write(page, used, TABLE, 3, key(i), 0, 0, length, length);
      maker.add(page, used);
      begins.add(used);
      used += bytes;
    }
    RecordPrints prints = maker.make(used);
    for (int i = 0; i < begins.size(); i++) {
      int at = begins.get(i);
      assertThat(prints.at(at, used)).isEqualTo(maker.print(3, key(i), 0));
      assertThat(prints.bytesAt(at, used)).isEqualTo(RecordLayout.bytes(page, at));
    }
  }

  private static RecordPrints make(
      RecordPrints.Maker maker, ByteBuffer page, int records, int length, int suffix) {
    maker.begin();
    int at = 0;
    for (int i = 0; i < records; i++) {
      RecordLayout.write(page, at, TABLE, 3, key(i), suffix, 0, length, length);
      maker.add(page, at);
      at += RecordLayout.bytes(page, at);
    }
    return maker.make(at);
  }

  /** Puts so many others that nothing which was there before is in memory. */
  private static void fill(ValueTable values) {
    for (int i = 0; i < KEYS; i++) {
      values.put(0, key(-1 - i), value(VALUE_BYTES, i));
    }
  }

  private static List<int[]> collidingPairs() {
    List<int[]> pairs = new ArrayList<>();
    Map<Integer, Integer> byHash = new HashMap<>();
    for (int i = 0; pairs.size() < 10; i++) {
      int hash = RecordLayout.hash(RecordLayout.hash(0, key(i)), 0);
      Integer other = byHash.putIfAbsent(hash, i);
      if (other != null) {
        pairs.add(new int[] {other, i});
      }
    }
    return pairs;
  }

  private static ByteSpan value(int length, int i) {
    return new ByteSpan().wrap(ByteBuffer.allocate(length).putInt(i).array());
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }
}
