package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadEventException;
import io.varve.base.BadSettingException;
import io.varve.base.FencedException;
import io.varve.base.StoreClosedException;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.dedup.DedupMetrics;
import io.varve.dedup.DedupSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.testkit.DedupModel;
import io.varve.verify.VerifyListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs that store ids once, on a disk, against a map. */
final class DedupTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final long TTL_MS = 100_000;
  private static final DedupSettings SMALL = DedupSettings.ofTtlMs(TTL_MS).withMemoryBytes(1 << 20);

  @TempDir Path folder;

  private Store store() {
    return Store.open(folder, StoreSettings.defaults());
  }

  private static DedupWriter open(Store store) {
    return store.openDedup(LOG, LogSettings.defaults().withSegmentBytes(64 << 10), "test", SMALL);
  }

  private static Event event(long offset, long timestampMs, String id) {
    return new Event(
        offset,
        timestampMs,
        TimestampType.CREATE,
        Encoding.BYTES,
        null,
        Encoding.BYTES,
        null,
        Headers.EMPTY,
        id == null ? null : id.getBytes(StandardCharsets.UTF_8),
        Event.NOT_DELAYED);
  }

  private List<Long> offsets() {
    List<Long> offsets = new ArrayList<>();
    try (Store store = Store.openReadOnly(folder);
        LogReader reader = store.openReader(LOG, ReadRange.all())) {
      while (reader.next()) {
        offsets.add(reader.event().offset());
      }
    }
    return offsets;
  }

  private Path saved() {
    Path parent = folder.resolve("streams/orders/g1/p0/dedup");
    try (Stream<Path> folders = Files.list(parent)) {
      return folders.findFirst().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void deleteSaved() throws IOException {
    Path path = saved();
    try (Stream<Path> files = Files.list(path)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(path);
  }

  /**
   * Closed, abandoned, its window thrown away, at random: the log is as if nothing had happened.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLogHasFirstCopiesHoweverOftenItIsOpenedAgain(long seed) throws IOException {
    Random random = new Random(seed);
    int count = 40_000;
    DedupModel.Source source = new DedupModel.Source(seed, TTL_MS, 2_000 << random.nextInt(4));
    List<Event> events = source.events(count);
    long looks = 0;
    int buckets = 0;
    for (long next = 0; next < count; ) {
      try (Store store = store()) {
        DedupWriter writer = open(store);
        next = writer.nextOffset();
        long until = next + random.nextInt(12_000);
        for (; next < Math.min(until, count); next++) {
          writer.append(events.get((int) next));
          if (random.nextInt(200) == 0) {
            writer.commit();
          }
        }
        looks += writer.dedupMetrics().looks();
        buckets = Math.max(buckets, writer.dedupMetrics().buckets());
        if (next < count && random.nextInt(3) == 0) {
          writer.abandon();
          next = 0;
        } else {
          writer.close();
        }
      }
      if (random.nextInt(4) == 0) {
        deleteSaved();
      }
    }
    source.check(offsets(), count);
    assertThat(looks).isPositive();
    assertThat(buckets).isPositive();
    assertThat(Store.verify(folder, VerifyListener.NONE).problems()).isEmpty();
  }

  /** Every file of what is saved cut, changed and taken away: it is read from the log instead. */
  @Test
  void whatIsSavedMayBeDamagedOrMissing() throws IOException {
    DedupModel.Source source = new DedupModel.Source(9, TTL_MS, 16_000);
    List<Event> events = source.events(15_000);
    int half = 12_000;
    try (Store store = store();
        DedupWriter writer = open(store)) {
      events.subList(0, half).forEach(writer::append);
    }
    Path copy = folder.resolveSibling(folder.getFileName() + "-copy");
    copy(folder, copy);
    Random random = new Random(1);
    int damages = 0;
    for (Path file : files(saved())) {
      for (int damage = 0; damage < 4; damage++) {
        damage(file, damage, random);
        damages++;
        try (Store store = store();
            DedupWriter writer = open(store)) {
          events.subList(half, events.size()).forEach(writer::append);
          assertThat(writer.dedupMetrics().ids()).isPositive();
        }
        source.check(offsets(), events.size());
        delete(folder);
        copy(copy, folder);
      }
    }
    delete(copy);
    assertThat(damages).isGreaterThan(20);
  }

  private static void damage(Path file, int kind, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    switch (kind) {
      case 0 -> Files.delete(file);
      case 1 -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      case 2 -> Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
      default -> {
        if (bytes.length > 0) {
          bytes[random.nextInt(bytes.length)] ^= 0x10;
          Files.write(file, bytes);
        }
      }
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target);
        }
      }
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** Sixteen of thirty-one timestamps move the log's time; one does not. */
  @Test
  void anEventFromNowhereNeitherEndsTheWindowNorStaysForEver() {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      long offset = 0;
      long now = 1_700_000_000_000L;
      assertThat(writer.append(event(offset++, now, "first"))).isTrue();
      for (int i = 0; i < 100; i++) {
        writer.append(event(offset++, now + i, "a" + i));
      }
      assertThat(writer.append(event(offset++, Long.MAX_VALUE, "future"))).isTrue();
      assertThat(writer.append(event(offset++, 0, "past"))).isTrue();
      assertThat(writer.append(event(offset++, now + 200, "first"))).isFalse();
      assertThat(writer.append(event(offset++, now + 200, "future"))).isFalse();
      assertThat(writer.append(event(offset++, now + 200, "past"))).isFalse();
      for (int i = 0; i < 20_000; i++) {
        now += TTL_MS / 5_000;
        writer.append(event(offset++, now, "b" + i));
        if (i % 100 == 0) {
          writer.sync();
        }
      }
      assertThat(writer.append(event(offset++, now, "first"))).isTrue();
      assertThat(writer.append(event(offset++, now, "past"))).isTrue();
      assertThat(writer.append(event(offset++, now, "future"))).isTrue();
    }
  }

  @Test
  void anIdCountsForTheTtlToTheMillisecond() {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      assertThat(writer.append(event(0, 1000, "a"))).isTrue();
      assertThat(writer.append(event(1, 1000 + TTL_MS - 1, "a"))).isFalse();
      assertThat(writer.append(event(2, 1000 + TTL_MS, "a"))).isTrue();
      assertThat(writer.append(event(3, 1000 + 2 * TTL_MS - 1, "a"))).isFalse();
    }
    assertThat(offsets()).containsExactly(0L, 2L);
  }

  @Test
  void idsAreDroppedWithTheirBuckets() {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      long most = 0;
      for (int i = 0; i < 250_000; i++) {
        writer.append(event(i, i * (TTL_MS / 20_000), "id " + i));
        if (i % 1000 == 0) {
          writer.sync();
        }
        most = Math.max(most, writer.dedupMetrics().ids());
      }
      // Buckets go when what makes them too old is durable, which another thread sees to.
      assertThat(most).isBetween(20_000L, 60_000L);
      DedupMetrics metrics = writer.dedupMetrics();
      assertThat(metrics.buckets()).isBetween(2, 40);
      assertThat(metrics.diskBytes()).isBetween(200_000L, 2_000_000L);
      assertThat(metrics.memoryBytes()).isLessThan(1 << 20);
      assertThat(metrics.stored()).isEqualTo(250_000);
      assertThat(metrics.duplicates()).isZero();
      assertThat(metrics.falsePositives()).isEqualTo(metrics.looks()).isLessThan(10_000);
    }
  }

  @Test
  void tooManyIdsForTheMemoryAreStillFound() {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      for (int i = 0; i < 250_000; i++) {
        writer.append(event(i, 1_000_000 + i / 1000, "id " + i));
      }
      writer.sync();
      assertThat(writer.dedupMetrics().unfiltered()).isPositive();
      for (int i = 0; i < 250_000; i += 97) {
        assertThat(writer.append(event(writer.nextOffset(), 1_000_250, "id " + i))).isFalse();
      }
      assertThat(writer.append(event(writer.nextOffset(), 1_000_250, "id 250000"))).isTrue();
    }
  }

  @Test
  void aDuplicateLeavesAGapThatIsDurable() {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      assertThat(writer.tryAppend(event(0, 1, "a"))).isEqualTo(DedupWriter.Taken.STORED);
      assertThat(writer.tryAppend(event(1, 1, "a"))).isEqualTo(DedupWriter.Taken.DUPLICATE);
      assertThat(writer.tryAppend(event(2, 1, null))).isEqualTo(DedupWriter.Taken.STORED);
      assertThat(writer.tryAppend(event(3, 1, "a"))).isEqualTo(DedupWriter.Taken.DUPLICATE);
      assertThat(writer.nextOffset()).isEqualTo(4);
      assertThat(writer.sync()).isEqualTo(4);
    }
    assertThat(offsets()).containsExactly(0L, 2L);
  }

  @Test
  void whatCannotBeStoredChangesNothing() {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      assertThatThrownBy(() -> writer.append(event(0, 1, "x".repeat(1025))))
          .isInstanceOf(BadEventException.class)
          .hasMessageContaining("1025 bytes")
          .hasMessageContaining("dedup.id.bytes.max");
      assertThatThrownBy(() -> writer.append(event(0, Event.NO_TIMESTAMP, "x")))
          .isInstanceOf(BadEventException.class)
          .hasMessageContaining("no timestamp");
      assertThat(writer.append(event(5, 1, "x"))).isTrue();
      assertThatThrownBy(() -> writer.append(event(5, 1, "y")))
          .isInstanceOf(BadEventException.class);
      Event large =
          new Event(
              6,
              1,
              TimestampType.CREATE,
              Encoding.BYTES,
              null,
              Encoding.BYTES,
              new byte[32 << 20],
              Headers.EMPTY,
              new byte[] {1},
              Event.NOT_DELAYED);
      assertThatThrownBy(() -> writer.append(large)).isInstanceOf(BadEventException.class);
      assertThat(writer.append(event(6, 1, "\u0001"))).isTrue();
      assertThat(writer.append(event(7, 1, "y"))).isTrue();
    }
    assertThat(offsets()).containsExactly(5L, 6L, 7L);
  }

  @Test
  void compactionThatTakesIdsAwayIsRefused() {
    try (Store store = store()) {
      LogSettings soon = LogSettings.defaults().withCompaction(Compaction.ON);
      assertThatThrownBy(() -> store.openDedup(LOG, soon, "test", SMALL))
          .isInstanceOf(BadSettingException.class)
          .hasMessageContaining("min.compaction.lag.ms");
      LogSettings late =
          LogSettings.defaults().withCompaction(Compaction.ON.withLagMs(SMALL.ttlMs()));
      store.openDedup(LOG, late, "test", SMALL).close();
    }
  }

  @Test
  void aWriterThatIsTakenOverHoldsNobodyUp() {
    try (Store store = store()) {
      DedupWriter stuck = open(store);
      for (int i = 0; i < 3_000; i++) {
        stuck.append(event(i, 1_000, "id " + i));
      }
      stuck.sync();
      stuck.append(event(3_000, 1_000, "not durable"));
      try (DedupWriter next = open(store)) {
        assertThat(next.nextOffset()).isEqualTo(3_000);
        assertThat(next.append(event(3_000, 1_000, "id 7"))).isFalse();
        assertThat(next.append(event(3_001, 1_000, "not durable"))).isTrue();
      }
      assertThatThrownBy(stuck::sync).isInstanceOf(FencedException.class);
      assertThatThrownBy(() -> stuck.append(event(3_001, 1_000, "x")))
          .isInstanceOf(FencedException.class);
      stuck.abandon();
      try (DedupWriter last = open(store)) {
        assertThat(last.append(event(last.nextOffset(), 1_000, "not durable"))).isFalse();
        assertThat(last.append(event(last.nextOffset(), 1_000, "id 2999"))).isFalse();
      }
      assertThatThrownBy(() -> stuck.append(event(3_001, 1_000, "x")))
          .isInstanceOf(FencedException.class);
    }
    assertThat(saved()).isDirectory();
  }

  @Test
  void aRestartOfALongLogReadsItsEndOnly() {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      for (int i = 0; i < 50_000; i++) {
        writer.append(event(i, i * (TTL_MS / 1_000), "id " + i));
      }
    }
    try (Stream<Path> all = Files.list(saved().getParent())) {
      delete(all.findFirst().orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (Store store = store();
        DedupWriter writer = open(store)) {
      assertThat(writer.dedupMetrics().readEvents()).isBetween(1_000L, 1_600L);
      assertThat(writer.append(event(50_000, 50_000 * (TTL_MS / 1_000), "id 49010"))).isFalse();
      assertThat(writer.append(event(50_001, 50_000 * (TTL_MS / 1_000), "id 48990"))).isTrue();
    }
  }

  @Test
  void aClosedWriterSaysSo() {
    try (Store store = store()) {
      DedupWriter writer = open(store);
      writer.append(event(0, 1, "a"));
      writer.close();
      writer.close();
      assertThatThrownBy(() -> writer.append(event(1, 1, "b")))
          .isInstanceOf(StoreClosedException.class);
      assertThat(writer.dedupMetrics().ids()).isEqualTo(1);
    }
  }
}
