package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadEventException;
import io.varve.base.BadSettingException;
import io.varve.base.VarveException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Changes that fail for want of memory: each is not made, and the store goes on, or the store ends.
 */
final class FailedChangeTest {

  private static final int MEMORY_BYTES = 1 << 20;
  private static final int SEEDS = 12;
  private static final int TABLE = 1;

  @TempDir Path folder;

  /** What is changed, with a model beside it: what is under each key, in hex. */
  enum Kind {
    VALUES {
      @Override
      void change(
          StateStore store, Random random, TreeMap<Integer, TreeMap<String, String>> model) {
        int key = random.nextInt(100_000);
        byte[] value = bytes(random, random.nextInt(50) == 0 ? 3_000 : 30);
        if (random.nextInt(8) == 0) {
          store.values(TABLE).clear(0, key(key));
          model.remove(key);
        } else {
          store.values(TABLE).put(0, key(key), span(value));
          model.put(key, new TreeMap<>());
          model.get(key).put("", hex(value));
        }
      }

      @Override
      TreeMap<String, String> read(StateStore store, int key) {
        ByteSpan found = new ByteSpan();
        return whole(store.values(TABLE).get(0, key(key), found), found);
      }

      @Override
      StateTable table(StateStore store) {
        return store.values(TABLE);
      }
    },

    LISTS {
      @Override
      void change(
          StateStore store, Random random, TreeMap<Integer, TreeMap<String, String>> model) {
        int key = random.nextInt(20_000);
        byte[] more = bytes(random, random.nextInt(4) == 0 ? 2_000 : 100);
        ListTable lists = store.lists(TABLE);
        switch (random.nextInt(16)) {
          case 0 -> {
            lists.clear(0, key(key));
            model.remove(key);
          }
          case 1, 2 -> {
            lists.put(0, key(key), span(more));
            model.put(key, new TreeMap<>());
            model.get(key).put("", hex(more));
          }
          default -> {
            lists.append(0, key(key), span(more));
            model.computeIfAbsent(key, any -> new TreeMap<>()).merge("", hex(more), String::concat);
          }
        }
      }

      @Override
      TreeMap<String, String> read(StateStore store, int key) {
        ByteSpan found = new ByteSpan();
        return whole(store.lists(TABLE).get(0, key(key), found), found);
      }

      @Override
      StateTable table(StateStore store) {
        return store.lists(TABLE);
      }
    },

    MAPS {
      @Override
      void change(
          StateStore store, Random random, TreeMap<Integer, TreeMap<String, String>> model) {
        int key = random.nextInt(random.nextBoolean() ? 5 : 10_000);
        byte[] userKey = Arrays.copyOf(key(random.nextInt(3_000)).array(), 40);
        byte[] value = bytes(random, random.nextInt(3) == 0 ? 400 : 100);
        MapTable maps = store.maps(TABLE);
        switch (random.nextInt(200)) {
          case 0 -> {
            maps.clear(0, key(key));
            model.remove(key);
          }
          case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 -> {
            maps.remove(0, key(key), span(userKey));
            TreeMap<String, String> map = model.get(key);
            if (map != null && map.remove(hex(userKey)) != null && map.isEmpty()) {
              model.remove(key);
            }
          }
          default -> {
            maps.put(0, key(key), span(userKey), span(value));
            model.computeIfAbsent(key, any -> new TreeMap<>()).put(hex(userKey), hex(value));
          }
        }
      }

      @Override
      TreeMap<String, String> read(StateStore store, int key) {
        TreeMap<String, String> read = new TreeMap<>();
        try (MapCursor cursor = store.maps(TABLE).cursor(0, key(key))) {
          while (cursor.next()) {
            assertThat(read.put(hex(cursor.userKey().toArray()), hex(cursor.value().toArray())))
                .isNull();
          }
        }
        return read;
      }

      @Override
      StateTable table(StateStore store) {
        return store.maps(TABLE);
      }
    },

    /** The model's only key is 0. */
    ORDERED {
      @Override
      void change(
          StateStore store, Random random, TreeMap<Integer, TreeMap<String, String>> model) {
        byte[] element = Arrays.copyOf(key(random.nextInt(500_000)).array(), 700);
        OrderedTable ordered = store.ordered(TABLE);
        TreeMap<String, String> set = model.computeIfAbsent(0, any -> new TreeMap<>());
        switch (random.nextInt(16)) {
          case 0 -> {
            ordered.pollFirst(0, new ByteSpan());
            set.pollFirstEntry();
          }
          case 1 -> {
            ordered.remove(0, span(element));
            set.remove(hex(element));
          }
          default -> {
            ordered.add(0, span(element));
            set.put(hex(element), "");
          }
        }
      }

      @Override
      TreeMap<String, String> read(StateStore store, int key) {
        TreeMap<String, String> read = new TreeMap<>();
        try (MapCursor cursor = store.ordered(TABLE).cursor(0)) {
          while (cursor.next()) {
            assertThat(read.put(hex(cursor.userKey().toArray()), "")).isNull();
          }
        }
        return read;
      }

      @Override
      StateTable table(StateStore store) {
        return store.ordered(TABLE);
      }
    };

    /** Makes a change, then in the model too. */
    abstract void change(
        StateStore store, Random random, TreeMap<Integer, TreeMap<String, String>> model);

    abstract TreeMap<String, String> read(StateStore store, int key);

    abstract StateTable table(StateStore store);

    private static TreeMap<String, String> whole(boolean isThere, ByteSpan found) {
      TreeMap<String, String> read = new TreeMap<>();
      if (isThere) {
        read.put("", hex(found.toArray()));
      }
      return read;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isNotMadeOrTheStoreEndsWhenTheIndexIsFull(Kind kind) throws Exception {
    int failures = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(kind, seed, StateMemory.direct(MEMORY_BYTES));
      run.go(FailedChangeTest::fill, () -> {});
      failures += run.failures;
      if (kind == Kind.VALUES) {
        assertThat(run.end).isNull();
      }
    }
    assertThat(failures).isGreaterThan(SEEDS * 2);
  }

  /** So a change of several records fails at any of them. */
  @ParameterizedTest
  @EnumSource
  void isNotMadeOrTheStoreEndsWhicheverFrameIsNotToBeHad(Kind kind) throws Exception {
    int failures = 0;
    int ended = 0;
    for (int seed = 0; seed < 2 * SEEDS; seed++) {
      ScarceMemory scarce = new ScarceMemory(new Random(seed));
      Run run = new Run(kind, seed, new StateMemory(4 * MEMORY_BYTES, scarce));
      run.go(store -> scarce.on = true, () -> scarce.on = !scarce.on);
      failures += run.failures;
      ended += run.end == null ? 0 : 1;
    }
    assertThat(failures).isGreaterThan(ended + SEEDS);
    if (kind == Kind.VALUES) {
      assertThat(ended).isZero();
    } else {
      assertThat(ended).isPositive();
    }
  }

  /** Memory of which now and then there is none. */
  private static final class ScarceMemory implements StateMemory.Allocator {
    private final Random random;
    private boolean on;

    ScarceMemory(Random random) {
      this.random = random;
    }

    @Override
    public ByteBuffer allocate(int bytes) {
      if (on && random.nextInt(2) == 0) {
        throw new BadSettingException("memory", "little", "more");
      }
      return ByteBuffer.allocateDirect(bytes);
    }

    @Override
    public void free(ByteBuffer buffer) {
      // The collector takes it.
    }
  }

  /** Changes of one kind, with failures among them, and what comes of them. */
  private final class Run {
    private final Kind kind;
    private final int seed;
    private final Random random;
    private final StateMemory memory;
    private final TreeMap<Integer, TreeMap<String, String>> model = new TreeMap<>();
    private int failures;
    private @Nullable VarveException end;

    Run(Kind kind, int seed, StateMemory memory) {
      this.kind = kind;
      this.seed = seed;
      this.random = new Random(seed);
      this.memory = memory;
    }

    /**
     * @param begin lets changes fail from then on
     * @param turn ends and begins times in which there is no failing
     */
    void go(Consumer<StateStore> begin, Runnable turn) throws IOException {
      try (TestStores stores = new TestStores(folder, memory, new InlineWork())) {
        CopiedSnapshot taken = null;
        try (StateStore store = stores.open(0, 0)) {
          for (int i = 0; i < 200 * (seed % SEEDS); i++) {
            kind.change(store, random, model);
          }
          begin.accept(store);
          for (int i = 0; i < 4_000 && failures < 40 && end == null; i++) {
            if (i % 500 == 499) {
              // What is sealed is copied when it is changed.
              turn.run();
              TestStores.snapshot(store);
              turn.run();
            }
            try {
              kind.change(store, random, model);
            } catch (BadSettingException e) {
              failures++;
              turn.run();
              end = ending(store);
              if (end != null) {
                assertThat(end).isSameAs(e);
              }
              turn.run();
            }
          }
          turn.run();
          if (end == null) {
            taken = new CopiedSnapshot(store.snapshot());
          } else {
            assertThatThrownBy(store::snapshot).isSameAs(end);
            assertThatThrownBy(() -> kind.change(store, random, model)).isSameAs(end);
          }
        }
        if (taken != null) {
          check(stores, taken, kind, model, seed);
        }
      }
    }
  }

  /** Puts values into a table of their own until there is no memory for more. */
  private static void fill(StateStore store) {
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1_000_000; i++) {
                store.values(0).put(0, key(i), new ByteSpan());
              }
            })
        .isInstanceOf(BadSettingException.class);
  }

  /** What has ended the store; null: it goes on. */
  private static @Nullable VarveException ending(StateStore store) {
    try {
      store.values(0).contains(0, key(0));
      return null;
    } catch (VarveException e) {
      return e;
    }
  }

  private static void check(
      TestStores stores,
      CopiedSnapshot taken,
      Kind kind,
      TreeMap<Integer, TreeMap<String, String>> model,
      int seed) {
    // Those that only filled the memory stay away.
    try (StateStore store =
        stores.restore(0, 0, List.of(taken.restored(table -> table == TABLE ? table : -1)))) {
      model.values().removeIf(TreeMap::isEmpty);
      TreeMap<Integer, TreeMap<String, String>> found = new TreeMap<>();
      KeyCursor keys = kind.table(store).keys();
      while (keys.next()) {
        int key = keys.key().length() == 0 ? 0 : ByteBuffer.wrap(keys.key().toArray()).getInt();
        assertThat(found.put(key, kind.read(store, key))).isNull();
      }
      assertThat(found).as("seed %d", seed).isEqualTo(model);
      long records = store.metrics().records();
      for (int key : found.keySet()) {
        kind.table(store).clear(0, kind == Kind.ORDERED ? new ByteSpan() : key(key));
      }
      assertThat(store.metrics().records()).as("of %d, that no key leads to", records).isZero();
    }
  }

  @Test
  void aMapsValueThatIsTooLargeLeavesNothingBehind() throws IOException {
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES);
        StateStore store = stores.open(0, 0)) {
      ByteSpan large = new ByteSpan().wrap(new byte[0], 0, 1 << 30);
      assertThatThrownBy(() -> store.maps(TABLE).put(0, key(1), key(2), large))
          .isInstanceOf(BadEventException.class);
      assertThat(store.maps(TABLE).contains(0, key(1))).isFalse();
      store.lists(2).put(0, key(1), span(new byte[1_000]));
      assertThatThrownBy(() -> store.lists(2).put(0, key(1), large))
          .isInstanceOf(BadEventException.class);
      ByteSpan found = new ByteSpan();
      assertThat(store.lists(2).get(0, key(1), found)).isTrue();
      assertThat(found.length()).isEqualTo(1_000);
      TestStores.snapshot(store);
    }
  }

  private static ByteSpan key(int number) {
    return span(ByteBuffer.allocate(4).putInt(number).array());
  }

  private static ByteSpan span(byte[] bytes) {
    return new ByteSpan().wrap(bytes);
  }

  private static byte[] bytes(Random random, int lengthMax) {
    byte[] bytes = new byte[random.nextInt(lengthMax)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
