package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OrderedTableTest {

  private static final int KEY_GROUPS = 5;

  @TempDir Path folder;

  private final ByteSpan target = new ByteSpan();

  @ParameterizedTest
  @CsvSource({"1, 100, 600000", "2, 3000, 600000", "3, 30000, 600000", "4, 1000000, 300000"})
  void holdsWhatSortedSetsHold(long seed, int times, int steps) throws Exception {
    Random random = new Random(seed);
    List<TreeSet<byte[]>> model = new ArrayList<>();
    for (int i = 0; i < KEY_GROUPS; i++) {
      model.add(new TreeSet<>(Arrays::compareUnsigned));
    }
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      OrderedTable table = new OrderedTable(store.records, 2);
      int growing = 50;
      for (int step = 0; step < steps; step++) {
        if (step % 30_000 == 0) {
          growing = 30 + random.nextInt(50);
        }
        int keyGroup = random.nextInt(KEY_GROUPS);
        TreeSet<byte[]> set = model.get(keyGroup);
        byte[] element = timer(step / 10 + random.nextInt(times), random.nextInt(3));
        int what = random.nextInt(10_000);
        if (what < 100 * growing) {
          assertThat(table.add(keyGroup, span(element))).isEqualTo(set.add(element));
        } else if (what < 7000) {
          byte[] first = set.pollFirst();
          assertThat(table.pollFirst(keyGroup, target))
              .as("seed %d, step %d", seed, step)
              .isEqualTo(first != null);
          if (first != null) {
            assertThat(target.toArray()).as("seed %d, step %d", seed, step).isEqualTo(first);
          }
        } else if (what < 8500) {
          byte[] some = set.isEmpty() ? element : set.ceiling(element);
          some = some == null || random.nextInt(4) == 0 ? element : some;
          assertThat(table.containsElement(keyGroup, span(some))).isEqualTo(set.contains(some));
          assertThat(table.remove(keyGroup, span(some))).isEqualTo(set.remove(some));
        } else if (what < 9990) {
          assertThat(table.first(keyGroup, target)).isEqualTo(!set.isEmpty());
          if (!set.isEmpty()) {
            assertThat(target.toArray()).isEqualTo(set.first());
          }
          assertThat(table.isEmpty(keyGroup)).isEqualTo(set.isEmpty());
        } else if (what < 9996) {
          store.seal();
        } else {
          assertThat(table.size(keyGroup)).isEqualTo(set.size());
          removeSomeByCursor(table.cursor(keyGroup), set, random);
        }
      }
      for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
        assertThat(table.size(keyGroup)).isEqualTo(model.get(keyGroup).size());
        for (byte[] expected : model.get(keyGroup)) {
          assertThat(table.pollFirst(keyGroup, target)).isTrue();
          assertThat(target.toArray()).isEqualTo(expected);
        }
        assertThat(table.pollFirst(keyGroup, target)).isFalse();
      }
      assertThat(store.records.records()).isZero();
    }
  }

  private static void removeSomeByCursor(MapCursor cursor, TreeSet<byte[]> set, Random random) {
    List<byte[]> removed = new ArrayList<>();
    int many = random.nextInt(3);
    for (byte[] expected : set) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.userKey().toArray()).isEqualTo(expected);
      if (random.nextInt(3) < many) {
        cursor.remove();
        removed.add(expected);
      }
    }
    assertThat(cursor.next()).isFalse();
    cursor.close();
    removed.forEach(set::remove);
  }

  @Test
  void aQueueThatMovesOnStaysSmall() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      OrderedTable table = new OrderedTable(store.records, 2);
      for (int i = 0; i < 300_000; i++) {
        assertThat(table.add(700, span(timer(i, 1)))).isTrue();
        if (i >= 1000) {
          assertThat(table.pollFirst(700, target)).isTrue();
          assertThat(target.toArray()).isEqualTo(timer(i - 1000, 1));
        }
      }
      assertThat(table.size(700)).isEqualTo(1000);
      assertThat(store.liveBytes()).isLessThan(100_000);
      assertThat(store.usedBytes()).isLessThan(2 << 20);
      assertThat(table.clear(700, new ByteSpan())).isTrue();
      assertThat(table.pollFirst(700, target)).isFalse();
      assertThat(table.add(700, span(timer(1, 1)))).isTrue();
      assertThat(table.first(700, target)).isTrue();
      assertThat(target.toArray()).isEqualTo(timer(1, 1));
    }
  }

  @Test
  void pollingSealedElementsCopiesEachLeafOnce() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      OrderedTable table = new OrderedTable(store.records, 2);
      for (int i = 0; i < 10_000; i++) {
        table.add(0, span(timer(i, 1)));
      }
      store.seal();
      long live = store.liveBytes();
      long used = store.usedBytes();
      for (int i = 0; i < 5_000; i++) {
        assertThat(table.pollFirst(0, target)).isTrue();
      }
      assertThat(store.usedBytes() - used).isLessThan(live);
      assertThat(store.liveBytes()).isBetween(live / 2 - 4096, live / 2 + 4096);
    }
  }

  private static byte[] timer(int time, int key) {
    return ByteBuffer.allocate(30)
        .putLong(0, time ^ Long.MIN_VALUE)
        .putInt(8, key)
        .put(29, (byte) key)
        .array();
  }

  private static ByteSpan span(byte[] bytes) {
    return new ByteSpan().wrap(bytes);
  }
}
