package io.varve.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.io.Directory;
import io.varve.testkit.CrashDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries in memory and in runs, and what is made of several of them. */
final class EntriesTest {

  private final CrashDisk disk = new CrashDisk();
  private final Directory folder = disk.process().root();

  /** An entry's place in the order. */
  private record At(long key, long offset) implements Comparable<At> {
    @Override
    public int compareTo(At other) {
      return key != other.key ? Long.compare(key, other.key) : Long.compare(offset, other.offset);
    }
  }

  /** What is to be found at a place; null extra: an entry that says it is gone. */
  private record Entry(At at, Long extra) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void bufferShowsTheLastOfEachInOrder(long seed) throws IOException {
    Random random = new Random(seed);
    EntryBuffer buffer = new EntryBuffer();
    Map<At, Entry> model = fill(random, buffer, random.nextInt(5000), range(random));

    assertThat(all(buffer.sorted())).containsExactlyElementsOf(model.values());
    assertThat(all(buffer.sorted())).containsExactlyElementsOf(model.values());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void runShowsFromAnyPlaceOnWhatWasWritten(long seed) throws IOException {
    Random random = new Random(seed);
    EntryBuffer buffer = new EntryBuffer();
    TreeMap<At, Entry> model = fill(random, buffer, 1 + random.nextInt(9000), range(random));
    write("1-1.timers", buffer.sorted(), 0);

    try (Run run = Run.open(folder, "1-1.timers")) {
      assertThat(run.entries()).isEqualTo(model.size());
      assertThat(run.lastKey()).isEqualTo(model.lastKey().key());
      assertThat(run.lowestOffset())
          .isEqualTo(model.keySet().stream().mapToLong(At::offset).min().orElseThrow());
      for (int i = 0; i < 50; i++) {
        At from = place(random, range(random));
        assertThat(all(run.cursor(from.key(), from.offset(), 1 + i % 3)))
            .containsExactlyElementsOf(model.tailMap(from).values());
        Place next = run.blockAfter(from.key(), from.offset(), 1);
        assertThat(next == null || next.isBehind(from.key(), from.offset())).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void mergeShowsTheNewestOfEach(long seed) throws IOException {
    Random random = new Random(seed);
    TreeMap<At, Entry> model = new TreeMap<>();
    List<EntryCursor> cursors = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      EntryBuffer buffer = new EntryBuffer();
      model.putAll(fill(random, buffer, random.nextInt(2000), 1000));
      cursors.add(buffer.sorted());
    }
    if (seed % 2 == 0) {
      model.values().removeIf(entry -> entry.extra() == null);
    }

    assertThat(all(new MergeCursor(cursors, seed % 2 == 1)))
        .containsExactlyElementsOf(model.values());
  }

  @Test
  void tableFindsAllOfAKey() {
    Random random = new Random(5);
    EntryTable table = new EntryTable();
    List<At> added = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      At at = new At(random.nextInt(9000), i);
      added.add(at);
      table.add(at.key(), at.offset(), 7, false);
    }
    for (long key = 0; key < 9000; key++) {
      EntryBuffer found = new EntryBuffer();
      table.find(key, found);
      long wanted = key;
      List<Long> offsets = new ArrayList<>();
      for (int i = 0; i < found.count(); i++) {
        offsets.add(found.offset(i));
      }
      assertThat(offsets)
          .containsExactlyElementsOf(
              added.stream().filter(at -> at.key() == wanted).map(At::offset).toList());
    }
  }

  @Test
  void filterHoldsWhatWasAddedAndFewOthers() throws IOException {
    Random random = new Random(6);
    EntryBuffer buffer = new EntryBuffer();
    for (int i = 0; i < 50_000; i++) {
      buffer.add(random.nextLong(), i, 0, false);
    }
    write("1-1.ids", buffer.sorted(), 50_000);

    try (Run run = Run.open(folder, "1-1.ids")) {
      for (int i = 0; i < buffer.count(); i++) {
        assertThat(run.mayHold(buffer.key(i))).isTrue();
      }
      int through = 0;
      for (int i = 0; i < 100_000; i++) {
        through += run.mayHold(random.nextLong()) ? 1 : 0;
      }
      assertThat(through).isLessThan(2500);
    }
  }

  @Test
  void anyByteThatIsWrongIsFoundOut() throws IOException {
    Random random = new Random(7);
    EntryBuffer buffer = new EntryBuffer();
    fill(random, buffer, 3000, 1 << 20);
    write("1-1.ids", buffer.sorted(), 3000);
    byte[] sound = disk.bytes("1-1.ids");

    for (int at = 0; at < sound.length; at += 1 + random.nextInt(40)) {
      byte[] damaged = sound.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      disk.overwrite("1-1.ids", damaged);
      assertThatThrownBy(this::readAll)
          .as("byte " + at)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("1-1.ids");
    }
    for (int length : new int[] {0, 1, 63, 64, 1000, sound.length - 1}) {
      disk.overwrite("1-1.ids", java.util.Arrays.copyOf(sound, length));
      assertThatThrownBy(this::readAll).isInstanceOf(CorruptionException.class);
    }
  }

  private void readAll() throws IOException {
    try (Run run = Run.open(folder, "1-1.ids")) {
      all(run.cursor(Long.MIN_VALUE, 0, 4));
    }
  }

  private static long range(Random random) {
    return 1L << (4 + random.nextInt(58));
  }

  private static At place(Random random, long range) {
    long key = random.nextLong() % range;
    return new At(random.nextInt(4) == 0 ? -key : key, Math.floorMod(random.nextLong(), range));
  }

  private static TreeMap<At, Entry> fill(Random random, EntryBuffer buffer, int count, long range) {
    TreeMap<At, Entry> model = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      At at = place(random, range);
      long extra = Math.floorMod(random.nextLong(), range);
      boolean gone = random.nextInt(5) == 0;
      buffer.add(at.key(), at.offset(), extra, gone);
      model.put(at, new Entry(at, gone ? null : extra));
    }
    return model;
  }

  private void write(String name, EntryCursor from, long filtered) throws IOException {
    try (RunWriter writer = RunWriter.create(folder, name, filtered)) {
      writer.addAll(from);
      assertThat(writer.finish()).isTrue();
    }
  }

  private static List<Entry> all(EntryCursor cursor) throws IOException {
    List<Entry> all = new ArrayList<>();
    while (cursor.next()) {
      all.add(
          new Entry(
              new At(cursor.key(), cursor.offset()), cursor.isGone() ? null : cursor.extra()));
    }
    return all;
  }
}
