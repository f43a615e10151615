package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadEventException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MapTableTest {

  private static final ByteSpan KEY = span("key");

  @TempDir Path folder;

  private final ByteSpan target = new ByteSpan();

  /** What user keys look like, each kind hard in a way of its own. */
  private enum UserKeys {
    NUMBERS {
      @Override
      byte[] of(Random random, int number) {
        return ByteBuffer.allocate(8).putLong(number - 500L).array();
      }
    },
    SHORT {
      @Override
      byte[] of(Random random, int number) {
        return Arrays.copyOf(
            ByteBuffer.allocate(4).putInt(number * 0x9E3779B1).array(), number % 5);
      }
    },
    ZEROS {
      @Override
      byte[] of(Random random, int number) {
        byte[] key = new byte[number % 40];
        if (number % 3 == 0 && key.length > 0) {
          key[(number >>> 4) % key.length] = (byte) (number % 7 - 3);
        }
        return key;
      }
    },
    SAME_BEGIN {
      @Override
      byte[] of(Random random, int number) {
        return ("the same begin of all keys " + number).getBytes(StandardCharsets.UTF_8);
      }
    },
    LONG {
      @Override
      byte[] of(Random random, int number) {
        byte[] key = new byte[number % 50 == 0 ? 3000 : 20 + number % 300];
        Arrays.fill(key, (byte) (number % 2));
        ByteBuffer.wrap(key).putInt(key.length - 4, number * 0x9E3779B1);
        return key;
      }
    };

    abstract byte[] of(Random random, int number);
  }

  @ParameterizedTest
  @CsvSource({
    "1, NUMBERS, 1, 3000, 400000",
    "2, NUMBERS, 300, 12, 400000",
    "3, SHORT, 2, 1000, 300000",
    "4, ZEROS, 3, 2000, 300000",
    "5, SAME_BEGIN, 5, 2000, 400000",
    "6, LONG, 2, 1000, 200000",
    "7, SAME_BEGIN, 1000, 40, 400000",
  })
  void holdsWhatSortedMapsHold(long seed, UserKeys userKeys, int keys, int userKeysMax, int steps)
      throws Exception {
    Random random = new Random(seed);
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      MapTable table = new MapTable(store.records, 1);
      Map<Integer, NavigableMap<byte[], byte[]>> model = new HashMap<>();
      List<OpenCursor> cursors = new ArrayList<>();
      int growing = 50;
      for (int step = 0; step < steps; step++) {
        if (step % 20_000 == 0) {
          growing = 30 + random.nextInt(40);
        }
        int key = random.nextInt(keys);
        NavigableMap<byte[], byte[]> map =
            model.computeIfAbsent(key, any -> new TreeMap<>(Arrays::compareUnsigned));
        byte[] userKey = userKeys.of(random, random.nextInt(userKeysMax));
        int what = random.nextInt(1000);
        if (what < 8 * growing) {
          byte[] value = value(random);
          table.put(key % 4, key(key), span(userKey), span(value));
          map.put(userKey, value);
        } else if (what < 800) {
          assertThat(table.remove(key % 4, key(key), span(userKey)))
              .as("seed %d, step %d", seed, step)
              .isEqualTo(map.remove(userKey) != null);
        } else if (what < 802) {
          if (random.nextInt(10) == 0) {
            assertThat(table.clear(key % 4, key(key))).isEqualTo(!map.isEmpty());
            map.clear();
          } else {
            store.seal();
          }
        } else if (what < 804) {
          cursors.add(new OpenCursor(table.cursor(key % 4, key(key)), map));
        } else if (what < 900 && !cursors.isEmpty()) {
          OpenCursor cursor = cursors.get(random.nextInt(cursors.size()));
          if (!cursor.step(random) || cursors.size() > 20) {
            cursor.cursor.close();
            cursors.remove(cursor);
          }
        } else {
          byte[] expected = map.get(userKey);
          boolean found = table.get(key % 4, key(key), span(userKey), target);
          assertThat(found).as("seed %d, step %d", seed, step).isEqualTo(expected != null);
          if (found) {
            assertThat(Arrays.equals(target.toArray(), expected))
                .as("seed %d, step %d", seed, step)
                .isTrue();
          }
          assertThat(table.contains(key % 4, key(key), span(userKey))).isEqualTo(found);
          assertThat(table.contains(key % 4, key(key))).isEqualTo(!map.isEmpty());
        }
      }
      check(table, model);
      model.values().removeIf(Map::isEmpty);
      assertThat(keysOf(table)).isEqualTo(model.keySet());
      model.forEach((key, map) -> assertThat(table.clear(key % 4, key(key))).isTrue());
      assertThat(store.records.records()).isZero();
      assertThat(store.liveBytes()).isZero();
    }
  }

  /** A cursor and what it should show. */
  private static final class OpenCursor {
    final MapCursor cursor;
    private final NavigableMap<byte[], byte[]> model;
    private byte[] last;

    OpenCursor(MapCursor cursor, NavigableMap<byte[], byte[]> model) {
      this.cursor = cursor;
      this.model = model;
    }

    boolean step(Random random) {
      for (int i = random.nextInt(10); i >= 0; i--) {
        Map.Entry<byte[], byte[]> expected =
            last == null ? model.firstEntry() : model.higherEntry(last);
        assertThat(cursor.next()).isEqualTo(expected != null);
        if (expected == null) {
          return false;
        }
        last = expected.getKey();
        assertThat(cursor.userKey().toArray()).isEqualTo(last);
        if (random.nextInt(10) != 0) {
          assertThat(cursor.value().toArray()).isEqualTo(expected.getValue());
        }
        switch (random.nextInt(20)) {
          case 0, 1 -> {
            cursor.remove();
            model.remove(last);
            assertThatThrownBy(cursor::value).isInstanceOf(IllegalStateException.class);
          }
          case 2, 3 -> {
            byte[] value = value(random);
            cursor.set(span(value));
            model.put(last, value);
            assertThat(cursor.value().toArray()).isEqualTo(value);
          }
          default -> {
            // Only looks.
          }
        }
      }
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"up", "down", "shuffled", "both ends"})
  void growsAndShrinksInAnyOrder(String order) throws Exception {
    int count = 20_000;
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(
          switch (order) {
            case "down" -> count - 1 - i;
            case "both ends" -> i % 2 == 0 ? i / 2 : count - 1 - i / 2;
            default -> i;
          });
    }
    if (order.equals("shuffled")) {
      java.util.Collections.shuffle(numbers, new Random(3));
    }
    try (TestRecords store = new TestRecords(folder, 16 << 20)) {
      MapTable table = new MapTable(store.records, 1);
      for (int number : numbers) {
        table.put(0, KEY, number(number), number(-number));
      }
      // An entry and its slot take 24 bytes.
      long bytes = store.liveBytes();
      boolean filled = order.equals("up") || order.equals("down");
      assertThat(bytes).isLessThan(filled ? 30L * count : 50L * count);
      MapCursor cursor = table.cursor(0, KEY);
      for (int i = 0; i < count; i++) {
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.userKey()).isEqualTo(number(i));
        assertThat(cursor.value()).isEqualTo(number(-i));
      }
      assertThat(cursor.next()).isFalse();
      store.seal();
      for (int number : numbers) {
        assertThat(table.remove(0, KEY, number(number))).isTrue();
        assertThat(table.remove(0, KEY, number(number))).isFalse();
      }
      assertThat(table.contains(0, KEY)).isFalse();
      assertThat(store.records.records()).isZero();
    }
  }

  @Test
  void valuesThatChangeTheirLengthAreKept() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      MapTable table = new MapTable(store.records, 1);
      Random random = new Random(11);
      Map<Integer, byte[]> model = new HashMap<>();
      for (int i = 0; i < 100_000; i++) {
        int number = random.nextInt(60);
        byte[] value = new byte[random.nextInt(8) == 0 ? random.nextInt(5000) : number];
        random.nextBytes(value);
        table.put(0, KEY, number(number), span(value));
        model.put(number, value);
        if (i % 5000 == 0) {
          store.seal();
        }
      }
      model.forEach(
          (number, value) -> {
            assertThat(table.get(0, KEY, number(number), target)).isTrue();
            assertThat(target.toArray()).isEqualTo(value);
          });
    }
  }

  @Test
  void sealedNodesAreReadAndNotChanged() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      MapTable table = new MapTable(store.records, 1);
      for (int i = 0; i < 1000; i++) {
        table.put(0, KEY, number(i), number(i));
      }
      store.seal();
      long used = store.usedBytes();
      for (int i = 0; i < 1000; i++) {
        assertThat(table.get(0, KEY, number(i), target)).isTrue();
        assertThat(table.remove(0, KEY, number(i + 1000))).isFalse();
      }
      assertThat(store.usedBytes()).isEqualTo(used);
      table.put(0, KEY, number(500), number(7));
      assertThat(store.usedBytes() - used).isBetween(1L, 2048L);
    }
  }

  @Test
  void suffixesThatComeRoundAreNotInUse() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      MapTable table = new MapTable(store.records, 1);
      byte[] large = new byte[1000];
      for (int i = 0; i < 50; i++) {
        table.put(0, KEY, number(i), span(large));
      }
      TreeNode root = new TreeNode();
      store.records.select(1, 0, KEY);
      assertThat(root.find(store.records, 0)).isTrue();
      root.setNextSuffix(-20, false);
      for (int i = 50; i < 200; i++) {
        Arrays.fill(large, (byte) i);
        table.put(0, KEY, number(i), span(large));
      }
      for (int i = 0; i < 200; i++) {
        assertThat(table.get(0, KEY, number(i), target)).isTrue();
        assertThat(target.toArray()).containsOnly(i < 50 ? 0 : i);
      }
      assertThat(table.clear(0, KEY)).isTrue();
      assertThat(store.records.records()).isZero();
    }
  }

  @Test
  void aKeyThatIsTooLongIsRefused() throws Exception {
    try (TestRecords store = new TestRecords(folder, 32 << 20)) {
      MapTable table = new MapTable(store.records, 1);
      ByteSpan longest = span(new byte[TreeLayout.KEY_BYTES_MAX]);
      table.put(0, KEY, longest, number(3));
      assertThat(table.get(0, KEY, longest, target)).isTrue();
      assertThatThrownBy(
              () -> table.put(0, KEY, span(new byte[TreeLayout.KEY_BYTES_MAX + 1]), number(3)))
          .isInstanceOf(BadEventException.class)
          .hasMessageContaining("8388608 bytes");
      assertThat(table.contains(0, KEY, longest)).isTrue();
    }
  }

  @Test
  void closedCursorsAreUsedAgain() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      MapTable table = new MapTable(store.records, 1);
      table.put(0, KEY, number(1), number(2));
      MapCursor first = table.cursor(0, KEY);
      MapCursor second = table.cursor(0, KEY);
      assertThat(second).isNotSameAs(first);
      assertThat(first.next()).isTrue();
      first.close();
      assertThatThrownBy(first::next).isInstanceOf(IllegalStateException.class);
      MapCursor third = table.cursor(0, span("another"));
      assertThat(third).isSameAs(first);
      assertThat(third.next()).isFalse();
      assertThatThrownBy(third::remove).isInstanceOf(IllegalStateException.class);
      assertThat(second.next()).isTrue();
    }
  }

  private void check(MapTable table, Map<Integer, NavigableMap<byte[], byte[]>> model) {
    model.forEach(
        (key, map) -> {
          try (MapCursor cursor = table.cursor(key % 4, key(key))) {
            map.forEach(
                (userKey, value) -> {
                  assertThat(cursor.next()).isTrue();
                  assertThat(cursor.userKey().toArray()).isEqualTo(userKey);
                  assertThat(cursor.value().toArray()).isEqualTo(value);
                });
            assertThat(cursor.next()).isFalse();
          }
        });
  }

  private static Set<Integer> keysOf(MapTable table) {
    Set<Integer> keys = new HashSet<>();
    for (KeyCursor cursor = table.keys(); cursor.next(); ) {
      String text = new String(cursor.key().toArray(), StandardCharsets.UTF_8);
      int number = Integer.parseInt(text.substring("key ".length()));
      assertThat(cursor.keyGroup()).isEqualTo(number % 4);
      assertThat(keys.add(number)).isTrue();
    }
    return keys;
  }

  private static byte[] value(Random random) {
    int length =
        switch (random.nextInt(40)) {
          case 0 -> 100 + random.nextInt(60);
          case 1 -> random.nextInt(3000);
          case 2 -> 0;
          default -> 8 + random.nextInt(3);
        };
    byte[] value = new byte[length];
    random.nextBytes(value);
    return value;
  }

  private static ByteSpan key(int number) {
    return span("key " + number);
  }

  private static ByteSpan number(int number) {
    return span(ByteBuffer.allocate(8).putLong(number).array());
  }

  private static ByteSpan span(String text) {
    return span(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteSpan span(byte[] bytes) {
    return new ByteSpan().wrap(bytes);
  }
}
