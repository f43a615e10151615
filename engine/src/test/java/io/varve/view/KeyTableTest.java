package io.varve.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadEventException;
import io.varve.base.StoreFailedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The table against a map. */
final class KeyTableTest {

  private record Key(long high, long low) {}

  private final KeyTable table = new KeyTable();
  private final Map<Key, Long> model = new HashMap<>();

  @Test
  void holdsWhatAMapHolds() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      // Few bits, so that slots are contended, pages split unevenly and the last slot runs over.
      long mask = seed % 2 == 0 ? 0xf000_0000_0000_07f0L : -1L;
      List<Key> keys = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        keys.add(new Key(random.nextLong() & mask, (long) random.nextInt(64) << 48));
      }
      for (int i = 0; i < 40_000; i++) {
        change(keys.get(random.nextInt(keys.size())), random, i);
      }
      compare(keys);
    }
  }

  private void change(Key key, Random random, long offset) {
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3 -> {
        table.change(() -> table.remove(key.high, key.low, offset));
        model.remove(key);
      }
      case 4 -> {
        // What is older than what is noted changes nothing.
        table.change(() -> table.put(key.high, key.low, 0));
        model.putIfAbsent(key, 0L);
        table.change(() -> table.remove(key.high, key.low, 0));
        model.remove(key, 0L);
      }
      default -> {
        table.change(() -> table.put(key.high, key.low, offset));
        model.put(key, offset);
      }
    }
    if (offset % 9000 == 8999) {
      table.removeBelow(offset - 3000);
      model.values().removeIf(value -> value < offset - 3000);
    }
  }

  private void compare(List<Key> keys) {
    assertThat(table.keys()).isEqualTo(model.size());
    for (Key key : keys) {
      assertThat(table.find(key.high, key.low)).isEqualTo(model.getOrDefault(key, -1L));
    }
    KeyTable copy = new KeyTable(table.keys());
    long[] slots = {0};
    for (KeyTable.Slots page : table.pages()) {
      slots[0] += page.count();
      copy.change(
          () -> {
            for (int i = 0; i < page.count(); i++) {
              copy.putSlot(page.longs()[2 * i], page.longs()[2 * i + 1]);
            }
          });
    }
    assertThat(slots[0]).isEqualTo(model.size());
    model.forEach((key, offset) -> assertThat(copy.find(key.high, key.low)).isEqualTo(offset));
    model.clear();
    keys.forEach(key -> table.change(() -> table.remove(key.high, key.low, Long.MAX_VALUE)));
    assertThat(table.keys()).isZero();
  }

  @Test
  void aMillionKeysTakeLessThanFortyBytesEachAlsoWhenLoaded() {
    Random random = new Random(1);
    for (int i = 0; i < 1_000_000; i++) {
      long high = random.nextLong();
      table.change(() -> table.put(high, 0, 1));
    }
    assertThat(table.keys()).isEqualTo(1_000_000);
    assertThat(table.bytes()).isLessThan(40_000_000);
    // As it is saved and loaded: in the order of the hashes.
    KeyTable loaded = new KeyTable(table.keys());
    for (KeyTable.Slots page : table.pages()) {
      loaded.change(
          () -> {
            for (int i = 0; i < page.count(); i++) {
              loaded.putSlot(page.longs()[2 * i], page.longs()[2 * i + 1]);
            }
          });
    }
    assertThat(loaded.keys()).isEqualTo(1_000_000);
    assertThat(loaded.bytes()).isLessThan(40_000_000);
    Random again = new Random(1);
    for (int i = 0; i < 1_000_000; i++) {
      assertThat(loaded.find(again.nextLong(), 0)).isEqualTo(1);
    }
  }

  /** A file could hold such, under right checksums. */
  @Test
  void hashesThatAreNotSpreadTakeLittleMemory() {
    assertThatThrownBy(
            () -> {
              for (long i = 0; i < 2000; i++) {
                long low = i;
                table.change(() -> table.put(low, 0, 1));
              }
            })
        .isInstanceOf(StoreFailedException.class)
        .hasMessageContaining("not spread");
    assertThat(table.bytes()).isLessThan(500_000);
  }

  @Test
  void anOffsetThatDoesNotFitIsRefused() {
    table.change(() -> table.put(1, 0, KeyTable.OFFSETS_MAX - 1));
    assertThat(table.find(1, 0)).isEqualTo(KeyTable.OFFSETS_MAX - 1);
    assertThatThrownBy(() -> table.change(() -> table.put(1, 0, KeyTable.OFFSETS_MAX)))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining("offsets below");
    // It can be changed again.
    table.change(() -> table.put(2, 0, 5));
    assertThat(table.find(2, 0)).isEqualTo(5);
  }

  @Test
  void whoLooksUpMeanwhileFindsEveryKeyThatStays() throws Exception {
    int stay = 3000;
    Random random = new Random(7);
    long[] highs = random.longs(stay).toArray();
    table.change(
        () -> {
          for (long high : highs) {
            table.put(high, 0, 1);
          }
        });
    AtomicBoolean ended = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Callable<Long> looking =
          () -> {
            long found = 0;
            for (int i = 0; !ended.get(); i = (i + 1) % stay) {
              assertThat(table.find(highs[i], 0)).isPositive();
              found++;
            }
            return found;
          };
      Future<Long> first = threads.submit(looking);
      Future<Long> second = threads.submit(looking);
      for (int i = 0; i < 300_000; i++) {
        int at = i;
        long other = random.nextLong();
        table.change(
            () -> {
              table.put(highs[at % stay], 0, at + 2);
              table.put(other, 0, 1);
              if (at % 3 != 0) {
                table.remove(other, 0, 1);
              }
            });
      }
      ended.set(true);
      assertThat(first.get() + second.get()).isPositive();
    } finally {
      ended.set(true);
      threads.shutdownNow();
    }
  }
}
