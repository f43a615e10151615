package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ValueTableTest {

  private static final int KEY_GROUPS = 8;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"1,1048576", "2,1048576", "3,2097152", "4,16777216", "5,67108864"})
  void holdsWhatAMapHolds(long seed, long memoryBytes) throws Exception {
    Random random = new Random(seed);
    try (TestStores stores = new TestStores(folder, memoryBytes)) {
      StateStore store = stores.open(0, KEY_GROUPS - 1);
      Map<ByteSpan, byte[]> model = new HashMap<>();
      CopiedSnapshot last = null;
      Map<ByteSpan, byte[]> lastModel = Map.of();
      ByteSpan target = new ByteSpan();
      for (int step = 0; step < 200_000; step++) {
        ByteSpan key = key(random.nextInt(20_000));
        int keyGroup = keyGroup(key);
        ValueTable values = store.values(1);
        int what = random.nextInt(100);
        if (what < 55) {
          byte[] value = new byte[length(random)];
          random.nextBytes(value);
          values.put(keyGroup, key, new ByteSpan().wrap(value));
          model.put(key, value);
        } else if (what < 65) {
          assertThat(values.clear(keyGroup, key)).isEqualTo(model.remove(key) != null);
        } else {
          byte[] expected = model.get(key);
          assertThat(values.get(keyGroup, key, target)).isEqualTo(expected != null);
          if (expected != null) {
            assertThat(target.toArray()).as("seed %d, step %d", seed, step).isEqualTo(expected);
          }
        }
        if (step % 10_007 == 0) {
          last =
              last == null
                  ? new CopiedSnapshot(store.snapshot())
                  : new CopiedSnapshot(store.snapshot(), last);
          lastModel = new HashMap<>(model);
        } else if (step % 40_009 == 0) {
          check(store, model);
          store.close();
          store = stores.restore(0, KEY_GROUPS - 1, List.of(last.restored()));
          model = new HashMap<>(lastModel);
          check(store, model);
        }
        assertThat(stores.memory.usedBytes()).isLessThanOrEqualTo(memoryBytes);
      }
      check(store, model);
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @Test
  void aSnapshotIsClippedByKeyGroups() throws Exception {
    try (TestStores stores = new TestStores(folder, 8 << 20)) {
      StateStore store = stores.open(0, KEY_GROUPS - 1);
      Map<ByteSpan, byte[]> model = new HashMap<>();
      for (int i = 0; i < 50_000; i++) {
        ByteSpan key = key(i);
        byte[] value = ("value " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        store.values(3).put(keyGroup(key), key, new ByteSpan().wrap(value));
        model.put(key, value);
      }
      CopiedSnapshot whole = new CopiedSnapshot(store.snapshot());
      store.close();
      List<RestoredSnapshot> halves = new ArrayList<>();
      for (int half = 0; half < 2; half++) {
        int first = half * KEY_GROUPS / 2;
        try (StateStore part =
            stores.restore(
                first, first + KEY_GROUPS / 2 - 1, List.of(whole.restored(table -> table + 4)))) {
          Map<ByteSpan, byte[]> expected = new HashMap<>(model);
          expected
              .keySet()
              .removeIf(key -> keyGroup(key) / (KEY_GROUPS / 2) != first * 2 / KEY_GROUPS);
          assertThat(part.values(3).contains(0, key(1))).isFalse();
          assertThat(contents(part.values(7))).isEqualTo(strings(expected));
          halves.add(new CopiedSnapshot(part.snapshot()).restored(table -> table - 4));
        }
      }
      try (StateStore joined = stores.restore(0, KEY_GROUPS - 1, halves)) {
        assertThat(contents(joined.values(3))).isEqualTo(strings(model));
      }
    }
  }

  @Test
  void showsKeysOnceWhileTheTableGrowsAndShrinks() throws Exception {
    int stay = 20_000;
    Random random = new Random(7);
    try (TestStores stores = new TestStores(folder, 8 << 20);
        StateStore store = stores.open(0, KEY_GROUPS - 1)) {
      ValueTable values = store.values(1);
      for (int i = 0; i < 2 * stay; i++) {
        values.put(keyGroup(key(i)), key(i), new ByteSpan().wrap(new byte[20]));
      }
      Map<ByteSpan, Integer> shown = new HashMap<>();
      int fresh = 2 * stay;
      for (KeyCursor cursor = values.keys(); cursor.next(); ) {
        ByteSpan key = new ByteSpan().wrap(cursor.key().toArray());
        assertThat(cursor.keyGroup()).isEqualTo(keyGroup(key));
        shown.merge(key, 1, Integer::sum);
        // Writing it anew must not bring it again; and blocks split while we are between them.
        values.put(cursor.keyGroup(), cursor.key(), new ByteSpan().wrap(new byte[40]));
        for (int i = 0; i < 3; i++, fresh++) {
          if (fresh < 10 * stay) {
            values.put(keyGroup(key(fresh)), key(fresh), new ByteSpan().wrap(new byte[8]));
          }
        }
        ByteSpan goes = key(stay + random.nextInt(stay));
        values.clear(keyGroup(goes), goes);
      }
      assertThat(shown.values()).containsOnly(1);
      for (int i = 0; i < stay; i++) {
        assertThat(shown).containsKey(key(i));
      }
    }
  }

  private static void check(StateStore store, Map<ByteSpan, byte[]> model) {
    assertThat(contents(store.values(1))).isEqualTo(strings(model));
  }

  private static Map<ByteSpan, String> contents(ValueTable values) {
    Map<ByteSpan, Integer> keys = new HashMap<>();
    for (KeyCursor cursor = values.keys(); cursor.next(); ) {
      ByteSpan key = new ByteSpan().wrap(cursor.key().toArray());
      assertThat(keys.put(key, cursor.keyGroup())).isNull();
    }
    Map<ByteSpan, String> contents = new HashMap<>();
    ByteSpan target = new ByteSpan();
    keys.forEach(
        (key, keyGroup) -> {
          assertThat(values.get(keyGroup, key, target)).isTrue();
          contents.put(key, java.util.HexFormat.of().formatHex(target.toArray()));
        });
    return contents;
  }

  private static Map<ByteSpan, String> strings(Map<ByteSpan, byte[]> model) {
    Map<ByteSpan, String> strings = new HashMap<>();
    model.forEach((key, value) -> strings.put(key, java.util.HexFormat.of().formatHex(value)));
    return strings;
  }

  private static int length(Random random) {
    return switch (random.nextInt(400)) {
      case 0 -> random.nextInt(20_000);
      case 1, 2, 3 -> random.nextInt(1000);
      case 4 -> random.nextInt(100) == 0 ? 300_000 : 0;
      default -> random.nextInt(60);
    };
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(("key " + number).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static int keyGroup(ByteSpan key) {
    return Math.floorMod(key.hashCode(), KEY_GROUPS);
  }
}
