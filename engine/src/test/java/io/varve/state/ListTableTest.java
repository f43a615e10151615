package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ListTableTest {

  private static final ByteSpan KEY = new ByteSpan().wrap(new byte[] {1, 2, 3});

  @TempDir Path folder;

  private final ByteSpan target = new ByteSpan();

  @ParameterizedTest
  @CsvSource({"1, 5, 200000", "2, 300, 400000", "3, 20000, 400000"})
  void holdsWhatWasAppended(long seed, int keys, int steps) throws Exception {
    Random random = new Random(seed);
    Map<Integer, ByteArrayOutputStream> model = new HashMap<>();
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      ListTable table = new ListTable(store.records, 3);
      for (int step = 0; step < steps; step++) {
        int number = random.nextInt(keys);
        ByteSpan key = key(number);
        int what = random.nextInt(10_000);
        if (what < 9000) {
          byte[] bytes = bytes(random);
          table.append(0, key, new ByteSpan().wrap(bytes));
          model.computeIfAbsent(number, any -> new ByteArrayOutputStream()).writeBytes(bytes);
        } else if (what < 9100) {
          byte[] bytes = bytes(random);
          table.put(0, key, new ByteSpan().wrap(bytes));
          ByteArrayOutputStream list = new ByteArrayOutputStream();
          list.writeBytes(bytes);
          model.put(number, list);
        } else if (what < 9200) {
          assertThat(table.clear(0, key)).isEqualTo(model.remove(number) != null);
        } else if (what < 9205) {
          store.seal();
        } else if (what < 9500) {
          check(table, number, model.get(number));
        }
      }
      model.forEach((number, list) -> check(table, number, list));
      model.keySet().forEach(number -> assertThat(table.clear(0, key(number))).isTrue());
      assertThat(store.records.records()).isZero();
      assertThat(store.liveBytes()).isZero();
    }
  }

  private void check(ListTable table, int number, ByteArrayOutputStream expected) {
    assertThat(table.contains(0, key(number))).isEqualTo(expected != null);
    assertThat(table.get(0, key(number), target)).isEqualTo(expected != null);
    if (expected != null) {
      assertThat(target.toArray()).isEqualTo(expected.toByteArray());
    }
  }

  @Test
  void piecesOnDiskAreReadInTheirOrder() throws Exception {
    int lists = 4000;
    int pieces = 8;
    Random random = new Random(4);
    Map<Integer, ByteArrayOutputStream> model = new HashMap<>();
    try (TestRecords store = new TestRecords(folder, 2 << 20)) {
      ListTable table = new ListTable(store.records, 3);
      for (int i = 0; i < pieces * lists; i++) {
        byte[] bytes = new byte[1024];
        random.nextBytes(bytes);
        table.append(0, key(i % lists), new ByteSpan().wrap(bytes));
        model.computeIfAbsent(i % lists, any -> new ByteArrayOutputStream()).writeBytes(bytes);
      }
      assertThat(store.records.records()).isEqualTo((1 + pieces) * lists);
      model.forEach((number, list) -> check(table, number, list));
      // Larger ones than are expected, and more than are read at once.
      for (int i = 0; i < 100 * 40; i++) {
        byte[] bytes = new byte[i % 7 == 0 ? 9000 : 600];
        random.nextBytes(bytes);
        table.append(0, key(i % 40), new ByteSpan().wrap(bytes));
        model.get(i % 40).writeBytes(bytes);
      }
      store.seal();
      model.forEach((number, list) -> check(table, number, list));
      model.keySet().forEach(number -> assertThat(table.clear(0, key(number))).isTrue());
      assertThat(store.records.records()).isZero();
      assertThat(store.liveBytes()).isZero();
    }
  }

  @Test
  void aListOfNothingIsAList() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      ListTable table = new ListTable(store.records, 3);
      assertThat(table.get(0, KEY, target)).isFalse();
      table.append(0, KEY, new ByteSpan());
      assertThat(table.get(0, KEY, target)).isTrue();
      assertThat(target.length()).isZero();
    }
  }

  @Test
  void aSmallListIsOneRecordAndALargeOneFewMore() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      ListTable table = new ListTable(store.records, 3);
      ByteSpan element = new ByteSpan().wrap(new byte[8]);
      for (int i = 0; i < 32; i++) {
        table.append(0, KEY, element);
      }
      assertThat(store.records.records()).isEqualTo(1);
      for (int i = 32; i < 100_000; i++) {
        table.append(0, KEY, element);
      }
      assertThat(store.records.records()).isBetween(150L, 250L);
      assertThat(store.liveBytes()).isLessThan(820_000);
      table.clear(0, KEY);
      table.append(0, KEY, new ByteSpan().wrap(new byte[100_000]));
      assertThat(store.records.records()).isEqualTo(2);
      assertThat(store.liveBytes()).isLessThan(100_200);
    }
  }

  @Test
  void appendingAfterEachSealCopiesLittle() throws Exception {
    try (TestRecords store = new TestRecords(folder, 8 << 20)) {
      ListTable table = new ListTable(store.records, 3);
      table.append(0, KEY, new ByteSpan().wrap(new byte[200_000]));
      long most = 0;
      for (int i = 0; i < 100; i++) {
        store.seal();
        long before = store.usedBytes();
        table.append(0, KEY, new ByteSpan().wrap(new byte[100]));
        most = Math.max(most, store.usedBytes() - before);
      }
      assertThat(most).isLessThan(2048);
      assertThat(table.get(0, KEY, target)).isTrue();
      assertThat(target.length()).isEqualTo(210_000);
    }
  }

  private static byte[] bytes(Random random) {
    int length =
        switch (random.nextInt(200)) {
          case 0 -> random.nextInt(20_000);
          case 1, 2 -> random.nextInt(1000);
          case 3 -> 0;
          case 4 -> ListTable.HEAD_BYTES_MAX - ListTable.HEAD_BYTES + random.nextInt(3) - 1;
          default -> 1 + random.nextInt(20);
        };
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(("list " + number).getBytes(StandardCharsets.UTF_8));
  }
}
