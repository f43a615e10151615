package io.varve.replay.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OffsetTableTest {

  private static final OffsetTable.Of OF = new OffsetTable.Of("orders", 2, "again", new Uuid(7, 9));

  /** A record of the topic and the event that it is. */
  private record Placed(int from, long offset, int to, long at) {}

  @TempDir Path folder;

  @Test
  void oneSpanIsEnoughForEventsThatFollowOneAnother() {
    OffsetTable table = new OffsetTable(OF);
    for (long i = 0; i < 1_000_000; i++) {
      table.add(0, 500 + i, 0, i);
    }

    assertThat(table.spans().values()).singleElement().extracting(Spans::size).isEqualTo(1);
    assertThat(table.inTopic(Map.of(0, 777L))).containsExactly(Map.entry(0, 277L));
    assertThat(table.inStream(Map.of(0, 277L))).containsExactly(Map.entry(0, 777L));
    assertThat(table.inTopic(Map.of(0, 2_000_000L))).containsExactly(Map.entry(0, 1_000_000L));
    assertThat(table.inStream(Map.of(0, 1_000_000L))).containsExactly(Map.entry(0, 1_000_500L));
  }

  /**
   * Random topics: several partitions on both sides, gaps, other people's records, replays that go
   * back. Large tables answer exactly, small ones never too far on.
   */
  @Test
  void positionsAreExactOrEarlierAndNeverLater() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Placed> topic = topic(random);
      OffsetTable large = new OffsetTable(OF);
      OffsetTable small = new OffsetTable(OF, 1 + random.nextInt(12));
      for (Placed each : topic) {
        large.add(each.from, each.offset, each.to, each.at);
        small.add(each.from, each.offset, each.to, each.at);
      }
      OffsetTable stored = OffsetTableFile.decode(OffsetTableFile.encode(small), "file");
      for (int i = 0; i < 20; i++) {
        Map<Integer, Long> positions = positions(random);
        Map<Integer, Long> inTopic = firstUnread(topic, positions);
        Map<Integer, Long> inStream = lowestUnread(topic, positions);

        assertThat(large.inTopic(positions)).as("seed %s", seed).isEqualTo(inTopic);
        assertThat(large.inStream(positions)).as("seed %s", seed).isEqualTo(inStream);
        assertNotLater(small.inTopic(positions), inTopic, seed);
        assertNotLater(small.inStream(positions), inStream, seed);
        assertThat(stored.inTopic(positions)).isEqualTo(small.inTopic(positions));
        assertThat(stored.inStream(positions)).isEqualTo(small.inStream(positions));
      }
    }
  }

  private static List<Placed> topic(Random random) {
    int partitions = 1 + random.nextInt(3);
    boolean keeps = random.nextBoolean();
    long[] next = new long[3];
    long[] ends = new long[3];
    List<Placed> topic = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(partitions);
      int to = keeps ? from : random.nextInt(3);
      if (random.nextInt(10) == 0) {
        ends[to] += 1 + random.nextInt(5);
      }
      if (random.nextInt(6) == 0) {
        next[from] += random.nextInt(9);
      }
      if (random.nextInt(40) == 0) {
        next[from] = Math.max(0, next[from] - random.nextInt(30));
      }
      topic.add(new Placed(from, next[from]++, to, ends[to]++));
    }
    return topic;
  }

  private static Map<Integer, Long> positions(Random random) {
    Map<Integer, Long> positions = new HashMap<>();
    for (int partition = 0; partition < 3; partition++) {
      if (random.nextInt(5) > 0) {
        positions.put(partition, (long) random.nextInt(300));
      }
    }
    return positions;
  }

  private static Map<Integer, Long> firstUnread(List<Placed> topic, Map<Integer, Long> positions) {
    Map<Integer, Long> first = new HashMap<>();
    topic.forEach(each -> first.merge(each.to, each.at + 1, Math::max));
    topic.stream()
        .filter(each -> each.offset >= positions.getOrDefault(each.from, 0L))
        .forEach(each -> first.merge(each.to, each.at, Math::min));
    return first;
  }

  private static Map<Integer, Long> lowestUnread(List<Placed> topic, Map<Integer, Long> positions) {
    Map<Integer, Long> ends = new HashMap<>();
    Map<Integer, Long> lowest = new HashMap<>();
    for (Placed each : topic) {
      ends.merge(each.from, each.offset + 1, Math::max);
      if (each.at >= positions.getOrDefault(each.to, 0L)) {
        lowest.merge(each.from, each.offset, Math::min);
      }
    }
    ends.putAll(lowest);
    return ends;
  }

  private static void assertNotLater(
      SortedMap<Integer, Long> found, Map<Integer, Long> truth, int seed) {
    assertThat(found.keySet()).as("seed %s", seed).isEqualTo(truth.keySet());
    found.forEach(
        (partition, offset) ->
            assertThat(offset).as("seed %s", seed).isLessThanOrEqualTo(truth.get(partition)));
  }

  @Test
  void aTableStaysSmallAndKeepsLongSpansExact() {
    OffsetTable table = new OffsetTable(OF, 1_000);
    Random random = new Random(1);
    long offset = 0;
    long at = 0;
    for (int i = 0; i < 100_000; i++) {
      offset += 1 + random.nextInt(3);
      table.add(0, offset, 0, at++);
    }
    long longFrom = offset + 10;
    long longAt = at;
    for (int i = 0; i < 50_000; i++) {
      table.add(0, longFrom + i, 0, at++);
    }
    for (int i = 0; i < 100_000; i++) {
      offset = Math.max(offset, longFrom + 50_000) + 1 + random.nextInt(3);
      table.add(0, offset, 0, at++);
    }

    assertThat(table.spans().values())
        .singleElement()
        .satisfies(each -> assertThat(each.size()).isLessThanOrEqualTo(1_000));
    assertThat(table.inTopic(Map.of(0, longFrom + 40_000))).containsEntry(0, longAt + 40_000);
    assertThat(OffsetTableFile.encode(table).limit()).isLessThan(40_000);
  }

  @Test
  void everyDamagedByteAndEveryLengthIsRefused() {
    OffsetTable table = new OffsetTable(OF);
    table.add(0, 5, 1, 3);
    table.add(2, 7, 1, 4);
    table.seen(1, 9);
    table.replayed(0, 6);
    ByteBuffer bytes = OffsetTableFile.encode(table);
    for (int i = 0; i < bytes.limit(); i++) {
      byte[] damaged = bytes.array().clone();
      damaged[i] ^= 4;
      assertThatThrownBy(() -> OffsetTableFile.decode(ByteBuffer.wrap(damaged), "file"))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("file");
      int length = i;
      assertThatThrownBy(
              () ->
                  OffsetTableFile.decode(ByteBuffer.wrap(bytes.array(), 0, length).slice(), "file"))
          .isInstanceOf(CorruptionException.class);
    }
    OffsetTable read = OffsetTableFile.decode(bytes, "file");
    assertThat(read.of()).isEqualTo(OF);
    assertThat(read.seen()).isEqualTo(Map.of(1, 9L));
    assertThat(read.replayed()).isEqualTo(Map.of(0, 6L));
  }

  @Test
  void thePageShowsTheBytes() throws Exception {
    OffsetTable table = new OffsetTable(new OffsetTable.Of("orders", 1, "again", new Uuid(1, 2)));
    for (long i = 0; i < 10; i++) {
      table.add(0, 100 + i, 0, i);
    }
    table.replayed(0, 110);
    String page = Files.readString(Path.of("..", "..", "docs", "offsets.md"));
    String example = page.substring(page.indexOf("<!-- offset-table -->")).split("```")[1];
    String hex =
        example
            .lines()
            .skip(1)
            .map(line -> line.substring(0, line.indexOf("  ")).replace(" ", ""))
            .collect(Collectors.joining());

    assertThat(HexFormat.of().formatHex(OffsetTableFile.encode(table).array())).isEqualTo(hex);
  }

  @Test
  void whoSavesWhatAnotherHasSavedIsTold() {
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      OffsetTables first = new OffsetTables(store.backupSource(), OF);
      OffsetTables second = new OffsetTables(store.backupSource(), OF);
      OffsetTable of1 = first.load();
      OffsetTable of2 = second.load();
      of1.add(0, 5, 0, 0);
      of2.add(0, 6, 0, 0);

      assertThat(first.save(of1)).isTrue();
      assertThat(first.save(of1)).isTrue();
      assertThat(second.save(of2)).isFalse();
      assertThat(second.load().inStream(Map.of())).containsEntry(0, 5L);
      second.overwrite(of2);
      assertThat(first.load().inStream(Map.of())).containsEntry(0, 6L);
      OffsetTable.Of other = new OffsetTable.Of("orders", 2, "again", new Uuid(7, 10));
      assertThat(new OffsetTables(store.backupSource(), other).load().seen()).isEmpty();
    }
  }
}
