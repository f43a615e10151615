package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of all kinds in one store that is larger than its memory, and is opened again. */
final class TablesTest {

  private static final int KEYS = 200;

  @TempDir Path folder;

  private final ByteSpan target = new ByteSpan();

  @Test
  void listsMapsAndSetsLiveOnDiskAndInSnapshots() throws Exception {
    Random random = new Random(1);
    try (TestStores stores = new TestStores(folder, 2 << 20)) {
      StateStore store = stores.open(0, 3);
      int[] appended = new int[KEYS];
      for (int step = 0; step < 300_000; step++) {
        int key = random.nextInt(KEYS);
        store.lists(1).append(key % 4, number(key), number(appended[key]));
        store.maps(2).put(key % 4, number(key), number(appended[key]), number(step));
        store.ordered(3).add(key % 4, timer(key, appended[key]++));
      }
      assertThat(store.metrics().liveBytes()).isGreaterThan(8 << 20);
      check(store, appended);
      CopiedSnapshot snapshot = new CopiedSnapshot(store.snapshot());
      int[] then = appended.clone();
      for (int key = 0; key < KEYS; key += 3) {
        assertThat(store.lists(1).clear(key % 4, number(key))).isTrue();
        assertThat(store.maps(2).clear(key % 4, number(key))).isTrue();
        for (int i = 0; i < appended[key]; i++) {
          assertThat(store.ordered(3).remove(key % 4, timer(key, i))).isTrue();
        }
        appended[key] = 0;
      }
      check(store, appended);
      store.close();

      store = stores.restore(0, 3, List.of(snapshot.restored()));
      check(store, then);
      ByteSpan first = new ByteSpan();
      for (int keyGroup = 0; keyGroup < 4; keyGroup++) {
        assertThat(store.ordered(3).first(keyGroup, first)).isTrue();
        assertThat(store.ordered(3).pollFirst(keyGroup, target)).isTrue();
        assertThat(target).isEqualTo(first);
      }
      store.drop(3);
      assertThat(store.ordered(3).isEmpty(0)).isTrue();
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  private void check(StateStore store, int[] appended) {
    long total = 0;
    for (int key = 0; key < KEYS; key++) {
      assertThat(store.lists(1).get(key % 4, number(key), target)).isEqualTo(appended[key] > 0);
      if (appended[key] > 0) {
        ByteBuffer list = ByteBuffer.wrap(target.toArray());
        for (int i = 0; i < appended[key]; i++) {
          assertThat(list.getLong()).isEqualTo(i);
        }
        assertThat(list.hasRemaining()).isFalse();
      }
      try (MapCursor cursor = store.maps(2).cursor(key % 4, number(key))) {
        for (int i = 0; i < appended[key]; i++) {
          assertThat(cursor.next()).isTrue();
          assertThat(cursor.userKey()).isEqualTo(number(i));
        }
        assertThat(cursor.next()).isFalse();
      }
      total += appended[key];
    }
    long elements = 0;
    for (int keyGroup = 0; keyGroup < 4; keyGroup++) {
      elements += store.ordered(3).size(keyGroup);
    }
    assertThat(elements).isEqualTo(total);
  }

  private static ByteSpan number(long number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(8).putLong(number).array());
  }

  private static ByteSpan timer(int key, int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(12).putInt(number).putLong(key).array());
  }
}
