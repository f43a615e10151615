package io.varve.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadSettingException;
import io.varve.base.BloomFilter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table, the filter, the pages and the log's time against the JDK's collections. */
final class IdsTest {

  private record Id(long high, long low) implements Comparable<Id> {
    @Override
    public int compareTo(Id other) {
      int order = Long.compareUnsigned(high, other.high);
      return order == 0 ? Long.compareUnsigned(low, other.low) : order;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1L, 0xffL, 0xff00000000000000L, 0xf000000000000003L})
  void aTableIsASortedMap(long mask) {
    Random random = new Random(mask);
    IdTable table = new IdTable(40_000);
    TreeMap<Id, Long> model = new TreeMap<>();
    for (int i = 0; i < 60_000 && !table.isFull(); i++) {
      Id id = new Id(random.nextLong() & mask, random.nextInt(3) == 0 ? 7 : random.nextLong());
      long time = random.nextInt(8) == 0 ? Long.MAX_VALUE : random.nextLong(1000);
      Id asked = new Id(random.nextLong() & mask, 7);
      assertThat(table.find(asked.high, asked.low)).isEqualTo(model.getOrDefault(asked, -1L));
      table.put(id.high, id.low, time);
      model.put(id, time);
      assertThat(table.find(id.high, id.low)).isEqualTo(time);
    }
    assertThat(table.count()).isEqualTo(model.size());
    List<Map.Entry<Id, Long>> found = new ArrayList<>();
    table.forEach((high, low, time) -> found.add(Map.entry(new Id(high, low), time)));
    assertThat(found).isEqualTo(new ArrayList<>(model.entrySet()));
    model.forEach((id, time) -> assertThat(table.find(id.high, id.low)).isEqualTo(time));
    table.clear();
    assertThat(table.count()).isZero();
    assertThat(table.find(model.firstKey().high, model.firstKey().low)).isEqualTo(-1);
  }

  @Test
  void aTableTakesThreeQuartersOfItsSlots() {
    Random random = new Random(1);
    IdTable table = new IdTable(100_000);
    while (!table.isFull()) {
      table.put(random.nextLong(), random.nextLong(), 1);
    }
    assertThat(table.count()).isEqualTo(IdTable.idsMax(100_000)).isEqualTo(75_000);
  }

  @Test
  void aFilterLetsAllPassThatItHasAndFewOthers() {
    Random random = new Random(1);
    BloomFilter filter = BloomFilter.sized(50_000, DedupSettings.FILTER_BITS);
    List<Id> ids = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      Id id = new Id(random.nextLong(), random.nextLong());
      ids.add(id);
      filter.add(id.high, id.low);
    }
    assertThat(ids).allMatch(id -> passes(filter, id));
    int passed = 0;
    for (int i = 0; i < 500_000; i++) {
      passed += passes(filter, new Id(random.nextLong(), random.nextLong())) ? 1 : 0;
    }
    assertThat(passed).isLessThan(1_000);
    assertThat(filter.bytes())
        .isEqualTo(BloomFilter.bytes(50_000, DedupSettings.FILTER_BITS))
        .isBetween(100_000L, 100_200L);
  }

  private static boolean passes(BloomFilter filter, Id id) {
    return filter.mayHave(
        id.high,
        BloomFilter.firstWord(id.low),
        BloomFilter.firstBits(id.low),
        BloomFilter.secondWord(id.low),
        BloomFilter.secondBits(id.low));
  }

  @Test
  void aPageHasItsIds() {
    Random random = new Random(2);
    ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    for (int round = 0; round < 2_000; round++) {
      int pageBits = random.nextInt(32);
      long number = pageBits == 0 ? 0 : random.nextLong() >>> (64 - pageBits);
      long prefix = pageBits == 0 ? 0 : number << (64 - pageBits);
      long spread = random.nextLong() >>> random.nextInt(1, 64);
      long base = random.nextLong() >>> 2;
      TreeMap<Id, Long> model = new TreeMap<>();
      for (int i = random.nextInt(200); i >= 0; i--) {
        long rest = pageBits == 0 ? random.nextLong() : random.nextLong() >>> pageBits;
        long high = prefix | (random.nextBoolean() ? rest : rest & 3);
        model.put(new Id(high, random.nextLong()), Math.max(0, base - random.nextLong(spread + 1)));
      }
      long[] ids = new long[3 * model.size()];
      int at = 0;
      for (Map.Entry<Id, Long> each : model.entrySet()) {
        ids[at++] = each.getKey().high;
        ids[at++] = each.getKey().low;
        ids[at++] = each.getValue();
      }
      ByteBuffer page = IdPage.encode(ids, model.size(), pageBits, buffer);
      buffer = page;
      assertThat(IdPage.count(page, pageBits)).isEqualTo(model.size());
      TreeMap<Id, Long> shown = new TreeMap<>();
      IdPage.forEach(
          page, (int) number, pageBits, (high, low, time) -> shown.put(new Id(high, low), time));
      assertThat(shown).isEqualTo(model);
      for (Map.Entry<Id, Long> each : model.entrySet()) {
        Id id = each.getKey();
        assertThat(IdPage.number(id.high, pageBits)).isEqualTo((int) number);
        assertThat(IdPage.find(page, pageBits, id.high, id.low)).isEqualTo(each.getValue());
        Id other = new Id(id.high, id.low + 1);
        assertThat(IdPage.find(page, pageBits, other.high, other.low))
            .isEqualTo(model.getOrDefault(other, -1L));
      }
    }
  }

  @Test
  void whatIsNoPageIsRefused() {
    ByteBuffer page =
        IdPage.encode(new long[] {1, 2, 3, 4, 5, 6}, 2, 0, ByteBuffer.allocateDirect(100));
    for (int length = 0; length < page.limit(); length++) {
      ByteBuffer cut = page.duplicate().order(page.order()).limit(length);
      if (length != 9 && length != 9 + 17) {
        assertThatThrownBy(() -> IdPage.find(cut, 0, 1, 2))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    page.put(8, (byte) 9);
    assertThatThrownBy(() -> IdPage.find(page, 0, 1, 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLogsTimeIsTheMedianOfTheLastTimestamps() {
    Random random = new Random(3);
    LogTime time = new LogTime();
    long[] last = new long[LogTime.EVENTS];
    Arrays.fill(last, LogTime.NONE);
    for (int i = 0, added = 0; i < 10_000; i++) {
      long timestamp = random.nextInt(10) == 0 ? -random.nextInt(3) : random.nextLong(100) + i / 10;
      time.add(timestamp);
      if (timestamp >= 0) {
        last[added++ % last.length] = timestamp;
      }
      long[] sorted = last.clone();
      Arrays.sort(sorted);
      assertThat(time.nowMs()).isEqualTo(sorted[LogTime.EVENTS / 2]);
      assertThat(time.isComplete()).isEqualTo(added >= last.length);
      LogTime restored = new LogTime();
      restored.restore(time.timestamps());
      assertThat(restored.timestamps()).isEqualTo(time.timestamps());
      assertThat(restored.nowMs()).isEqualTo(time.nowMs());
    }
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    DedupSettings day = DedupSettings.ofTtlMs(86_400_000);
    for (long ttl : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> DedupSettings.ofTtlMs(ttl))
          .isInstanceOf(BadSettingException.class)
          .hasMessageContaining("dedup.ttl.ms");
    }
    assertThatThrownBy(() -> day.withMemoryBytes(1000))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("dedup.memory.bytes");
    assertThatThrownBy(() -> day.withIdBytesMax(0))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("dedup.id.bytes.max");
  }
}
