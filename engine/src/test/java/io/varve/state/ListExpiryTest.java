package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.testkit.ManualClock;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Elements of lists that have expired go by themselves, and no others do. */
final class ListExpiryTest {

  private static final int LISTS = 1000;
  private static final int TABLE = 3;
  private static final long TTL_MS = 1000;

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();

  /** An element tells its length behind its timestamp. */
  private final Expiry expiry =
      new Expiry(
          0,
          TTL_MS,
          clock,
          () ->
              (bytes, at, limit) -> {
                int end = limit - at < 10 ? -1 : at + 10 + (bytes[at + 8] & 0xff);
                return end > limit || (end > 0 && bytes[end - 1] != ',') ? -1 : end;
              });

  private final ByteSpan target = new ByteSpan();

  private final class Model {
    private final List<List<byte[]>> lists = new ArrayList<>();

    Model() {
      for (int i = 0; i < LISTS; i++) {
        lists.add(new ArrayList<>());
      }
    }

    void change(StateStore store, Random random) {
      int key = random.nextInt(LISTS);
      ListTable table = store.lists(TABLE);
      List<byte[]> list = lists.get(key);
      switch (random.nextInt(40)) {
        case 0 -> {
          table.clear(key % 4, number(key));
          list.clear();
        }
        case 1 -> {
          list.clear();
          table.put(key % 4, number(key), add(list, 1 + random.nextInt(5), random));
        }
        case 2 -> table.append(key % 4, number(key), add(list, 1 + random.nextInt(60), random));
        default -> table.append(key % 4, number(key), add(list, 1, random));
      }
      if (list.size() > (key % 20 == 0 ? 300 : 20)) {
        table.clear(key % 4, number(key));
        list.clear();
      }
    }

    ByteSpan add(List<byte[]> list, int count, Random random) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int i = 0; i < count; i++) {
        int length = random.nextInt(random.nextInt(10) == 0 ? 250 : 30);
        byte[] element = new byte[10 + length];
        random.nextBytes(element);
        ByteBuffer.wrap(element).putLong(clock.wallMs()).put((byte) length);
        element[9 + length] = ',';
        list.add(element);
        all.writeBytes(element);
      }
      return new ByteSpan().wrap(all.toByteArray());
    }

    boolean alive(byte[] element) {
      return ByteBuffer.wrap(element).getLong() + TTL_MS > clock.wallMs();
    }

    /** Returns how many are shown that have expired. */
    int check(StateStore store, int key) {
      boolean any = store.lists(TABLE).get(key % 4, number(key), target);
      byte[] shown = any ? target.toArray() : new byte[0];
      int at = 0;
      int dead = 0;
      for (byte[] element : lists.get(key)) {
        int end = at + element.length;
        if (end <= shown.length && Arrays.equals(shown, at, end, element, 0, element.length)) {
          at = end;
          dead += alive(element) ? 0 : 1;
        } else {
          assertThat(alive(element)).as("element of %d that is not there", key).isFalse();
        }
      }
      assertThat(at).as("bytes of known elements of %d", key).isEqualTo(shown.length);
      return dead;
    }

    void checkAll(StateStore store) {
      for (int key = 0; key < LISTS; key++) {
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
      store.expire(store.lists(TABLE), expiry);
      Model model = new Model();
      CopiedSnapshot last = null;
      for (int round = 0; round < 80; round++) {
        int steps = 500 + random.nextInt(5000);
        for (int step = 0; step < steps; step++) {
          model.change(store, random);
          model.check(store, random.nextInt(LISTS));
          clock.advanceMs(step % stepsAMs == 0 ? 1 + random.nextInt(10) : 0);
        }
        if (random.nextInt(6) == 0) {
          clock.advanceMs(random.nextInt(2 * (int) TTL_MS));
        }
        StateSnapshot snapshot = store.snapshot();
        last = last == null ? new CopiedSnapshot(snapshot) : new CopiedSnapshot(snapshot, last);
        if (random.nextInt(8) == 0 || round == 79) {
          store.close();
          store = stores.restore(0, 3, List.of(last.restored()));
          model.checkAll(store);
          store.expire(store.lists(TABLE), expiry);
        }
      }
      clock.advanceMs(TTL_MS);
      for (int i = 0; i < 40; i++) {
        store.snapshot().close();
      }
      model.checkAll(store);
      assertThat(store.metrics().fileBytes()).isLessThan(2 << 20);
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @Test
  void listsShrinkWithoutAnyAccess() throws Exception {
    Random random = new Random(1);
    try (TestStores stores = new TestStores(folder, 16 << 20, new InlineWork());
        StateStore store = stores.open(0, 3)) {
      Model model = new Model();
      store.expire(store.lists(TABLE), expiry);
      for (int half = 0; half < 2; half++) {
        for (int key = 0; key < LISTS; key++) {
          int count = key % 2 == 0 ? 5 : 300;
          store
              .lists(TABLE)
              .append(key % 4, number(key), model.add(model.lists.get(key), count, random));
        }
        clock.advanceMs(TTL_MS / 2);
      }
      for (int i = 0; i < 20; i++) {
        store.snapshot().close();
      }
      int expired = 0;
      int all = 0;
      for (int key = 0; key < LISTS; key++) {
        expired += model.check(store, key);
        all += model.lists.get(key).size();
      }
      assertThat(expired).isLessThan(all / 5);
      clock.advanceMs(TTL_MS / 2);
      for (int i = 0; i < 20; i++) {
        store.snapshot().close();
      }
      model.checkAll(store);
      assertThat(store.metrics().fileBytes()).isLessThan(1 << 20);
      // Of lists that were one record, most are gone.
      assertThat(store.metrics().expiredRecords()).isGreaterThan(LISTS / 4);
      long written = store.metrics().cleanedBytes();
      for (int i = 0; i < 20; i++) {
        store.snapshot().close();
      }
      assertThat(store.metrics().cleanedBytes()).isEqualTo(written);
    }
  }

  private static ByteSpan number(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }
}
