package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of maps, sets and lists met one by one, and such as nobody wrote. */
final class TreeRecordsTest {

  private static final ByteSpan KEY = span("key");

  @TempDir Path folder;

  @Test
  void theRecordsOfAMapHoldEachEntryOnce() throws Exception {
    Random random = new Random(5);
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      MapTable table = new MapTable(store.records, 1);
      Map<String, Integer> model = new TreeMap<>();
      for (int i = 0; i < 20_000; i++) {
        String userKey = "user key " + random.nextInt(5000);
        int length = random.nextInt(20) == 0 ? random.nextInt(1000) : random.nextInt(20);
        if (random.nextInt(3) == 0) {
          table.remove(3, KEY, span(userKey));
          model.remove(userKey);
        } else {
          table.put(3, KEY, span(userKey), span(new byte[length]));
          model.put(userKey, length);
        }
      }
      Map<String, Integer> found = new TreeMap<>();
      MapRecords reading = new MapRecords();
      ByteSpan userKey = new ByteSpan();
      ByteSpan value = new ByteSpan();
      for (RecordView view : records(store, 1)) {
        reading.read(view.buffer(), view.valueAt(), view.valueLength());
        while (reading.next(userKey, value)) {
          assertThat(found.put(text(userKey), value.length())).isNull();
        }
      }
      assertThat(found).isEqualTo(model);
    }
  }

  @Test
  void theRecordsOfAListHoldItsBytes() throws Exception {
    try (TestRecords store = new TestRecords(folder, 4 << 20)) {
      ListTable table = new ListTable(store.records, 1);
      StringBuilder expected = new StringBuilder();
      for (int i = 0; i < 3000; i++) {
        table.append(3, KEY, span("element " + i));
        expected.append("element ").append(i);
      }
      List<RecordView> records = records(store, 1);
      RecordView head = records.get(0);
      assertThat(ListRecords.isHead(head.buffer(), head.valueAt(), head.valueLength())).isTrue();
      assertThat(ListRecords.chunks(head.buffer(), head.valueAt())).isEqualTo(records.size() - 1);
      StringBuilder found = new StringBuilder();
      for (int i = 1; i < records.size(); i++) {
        RecordView chunk = records.get(i);
        assertThat(ListRecords.isHead(chunk.buffer(), chunk.valueAt(), chunk.valueLength()))
            .isFalse();
        found.append(listText(chunk, false));
      }
      found.append(listText(head, true));
      assertThat(found.toString()).isEqualTo(expected.toString());
    }
  }

  @Test
  void recordsOfOtherKindsAreRefused() {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).put(0, (byte) 77);
    MapRecords maps = new MapRecords();
    assertThatThrownBy(() -> maps.read(bytes, 0, 64)).isInstanceOf(CorruptionException.class);
    assertThatThrownBy(() -> maps.read(bytes, 0, 0)).isInstanceOf(CorruptionException.class);
    assertThatThrownBy(() -> ListRecords.isHead(bytes, 0, 64))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("kind 77");
    bytes.put(0, RecordKind.LIST_HEAD);
    assertThatThrownBy(() -> ListRecords.isHead(bytes, 0, 4))
        .isInstanceOf(CorruptionException.class);
    bytes.put(0, RecordKind.ENTRY).putInt(1, 60);
    assertThatThrownBy(() -> maps.read(bytes, 0, 64)).isInstanceOf(CorruptionException.class);
  }

  /** Bytes that a checksum vouches for and that mean nothing: an error, or another answer. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void changedRecordsLeadToErrorsAtWorst(long seed) throws Exception {
    Random random = new Random(seed);
    int refused = 0;
    for (int trial = 0; trial < 300; trial++) {
      try (TestRecords store = new TestRecords(folder, 1 << 20)) {
        MapTable maps = new MapTable(store.records, 1);
        OrderedTable sets = new OrderedTable(store.records, 2);
        ListTable lists = new ListTable(store.records, 3);
        int entries = 1 + random.nextInt(1000);
        for (int i = 0; i < entries; i++) {
          maps.put(3, KEY, span("user key " + i), span(new byte[i % 50 == 0 ? 200 : 5]));
          sets.add(3, span("element " + i));
          lists.append(3, KEY, span("element " + i));
        }
        store.seal();
        damage(records(store, 1 + random.nextInt(3)), random);
        ByteSpan target = new ByteSpan();
        MapRecords reading = new MapRecords();
        List<Runnable> uses =
            List.of(
                () -> maps.get(3, KEY, span("user key " + random.nextInt(entries)), target),
                () -> maps.put(3, KEY, span("user key 7" + random.nextInt(entries)), KEY),
                () -> maps.put(3, KEY, span("user key " + random.nextInt(entries)), KEY),
                () -> maps.remove(3, KEY, span("user key " + random.nextInt(entries))),
                () -> goThrough(maps.cursor(3, KEY), 3 * entries),
                () -> goThrough(sets.cursor(3), 3 * entries),
                () -> sets.pollFirst(3, target),
                () -> sets.size(3),
                () -> sets.add(3, span("element 7" + random.nextInt(entries))),
                () -> lists.get(3, KEY, target),
                () -> lists.append(3, KEY, KEY),
                () -> readAll(reading, records(store, 1), 3 * entries),
                () -> maps.clear(3, KEY),
                () -> lists.clear(3, KEY));
        for (int i = 0; i < 60; i++) {
          try {
            uses.get(random.nextInt(i < 50 ? uses.size() - 2 : uses.size())).run();
          } catch (CorruptionException e) {
            refused++;
          }
        }
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  private static void damage(List<RecordView> records, Random random) {
    RecordView view = records.get(random.nextInt(records.size()));
    int length = view.valueLength();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = view.valueAt() + random.nextInt(Math.min(length, random.nextInt(200) + 1));
      int rest = view.valueAt() + length - at;
      if (rest >= 4 && random.nextBoolean()) {
        view.buffer().putInt(at, random.nextBoolean() ? random.nextInt(300) : random.nextInt());
      } else {
        view.buffer().put(at, (byte) random.nextInt());
      }
    }
  }

  private static void goThrough(MapCursor cursor, int most) {
    // A tree whose branches have been tied together may well have more entries, but not for ever.
    for (int i = 0; i < most && cursor.next(); i++) {
      assertThat(cursor.userKey().length()).isLessThan(TreeLayout.KEY_BYTES_MAX + 1);
    }
  }

  private static void readAll(MapRecords reading, List<RecordView> records, int most) {
    ByteSpan userKey = new ByteSpan();
    ByteSpan value = new ByteSpan();
    for (RecordView view : records) {
      reading.read(view.buffer(), view.valueAt(), view.valueLength());
      for (int i = 0; i < most && reading.next(userKey, value); i++) {
        assertThat(value.length()).isLessThan(1000);
      }
    }
  }

  /** All records of the key, from the head or root on. */
  private static List<RecordView> records(TestRecords store, int table) {
    List<RecordView> views = new ArrayList<>();
    store.records.select(table, 3, table == 2 ? new ByteSpan() : KEY);
    for (int suffix = 0; suffix < 2000; suffix++) {
      RecordView view = new RecordView();
      if (store.records.find(suffix, view)) {
        views.add(view);
      }
    }
    return views;
  }

  private static String listText(RecordView view, boolean head) {
    int header = ListRecords.headerBytes(head);
    ByteSpan bytes =
        new ByteSpan().copy(view.buffer(), view.valueAt() + header, view.valueLength() - header);
    return text(bytes);
  }

  private static String text(ByteSpan span) {
    return new String(span.toArray(), StandardCharsets.UTF_8);
  }

  private static ByteSpan span(String text) {
    return span(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteSpan span(byte[] bytes) {
    return new ByteSpan().wrap(bytes);
  }
}
