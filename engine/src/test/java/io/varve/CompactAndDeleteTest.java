package io.varve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Logs that are compacted and have a retention: segments expire while a pass is writing them anew.
 */
final class CompactAndDeleteTest {

  private static final StreamPartition LOG = new StreamPartition("keyed", 1, 0);
  private static final long TOMBSTONES_MS = 8000;
  private static final LogSettings SETTINGS =
      LogSettings.defaults()
          .withSegmentBytes(4096)
          .withBatchBytes(1024)
          .withCompaction(Compaction.ON.withTombstonesMs(TOMBSTONES_MS).withDirtyRatioMin(0));

  private static final int SEEDS = 20;
  private static final int ROUNDS = 60;
  private static final int TICKS = 10;
  private static final int TICK_MS = 100;
  private static final int RETENTION_MS = 12_000;

  private final ManualClock clock = new ManualClock();
  private CrashDisk disk;
  private ManualWork work;
  private Store store;
  private LogWriter writer;
  private List<Event> timeline;

  /** Groups of segments that a pass gave up because retention had taken one of them. */
  private int givenUp;

  @Test
  void whatHasNotExpiredIsCompactedAndWhatExpiresDuringAPassStaysGone() {
    long removed = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        removed += run(new Random(seed), seed);
      } catch (RuntimeException | AssertionError e) {
        fail("Seed " + seed, e);
      }
    }
    System.out.printf(
        "%d runs: %d events compacted away, %d groups expired under a pass%n",
        SEEDS, removed, givenUp);
    assertThat(removed).isPositive();
    assertThat(givenUp).isPositive();
  }

  /** Returns how many events compaction has removed. */
  private long run(Random random, long seed) {
    boolean byAge = random.nextBoolean();
    LogSettings settings =
        SETTINGS
            .withSegmentMs(1000 + random.nextInt(4000))
            .withRetention(byAge ? new Retention(RETENTION_MS, -1) : new Retention(-1, 12_000));
    // As slow as may be, so that a pass takes many ticks.
    StoreSettings slow = StoreSettings.defaults().withCompactionBytesPerSecond(1 << 16);
    disk = new CrashDisk();
    work = new ManualWork(seed);
    timeline = new ArrayList<>();
    CrashProcess process = disk.process();
    store = Store.open(process.root(), slow, clock, work, process.instance(random));
    writer = store.openWriter(LOG, settings, "test");
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = random.nextInt(40); i > 0; i--) {
        append(random);
      }
      writer.commit();
      work.runAll();
      for (int i = 0; i < TICKS; i++) {
        tick();
      }
      check();
    }
    long removed = writer.metrics().compaction().eventsRemoved();
    assertThat(writer.metrics().compaction().failures()).isZero();
    if (byAge) {
      for (int i = 0; i < 2 * RETENTION_MS / TICK_MS; i++) {
        tick();
      }
      assertThat(store.stats(LOG).events()).isZero();
      assertThat(segmentFiles()).isEmpty();
    }
    store.close();
    return removed;
  }

  private void append(Random random) {
    int key = random.nextInt(9);
    byte[] value = new byte[200 + random.nextInt(300)];
    random.nextBytes(value);
    Event event =
        Event.of(
            writer.nextOffset(),
            clock.wallMs(),
            key == 0 ? null : ("k" + key).getBytes(UTF_8),
            random.nextInt(4) == 0 ? null : value);
    while (!writer.tryAppend(event)) {
      assertThat(work.runOne()).isTrue();
    }
    timeline.add(event);
  }

  /** Lets some time pass; notes what was being written anew before and has come to nothing. */
  private void tick() {
    Set<String> unfinished = segmentFiles();
    Manifest before = manifest();
    unfinished.removeAll(names(before));
    clock.advanceMs(TICK_MS);
    work.tick();
    work.runAll();
    Manifest after = manifest();
    boolean gone =
        unfinished.stream()
            .anyMatch(name -> !segmentFiles().contains(name) && !names(after).contains(name));
    if (gone && after.startOffset() > before.startOffset()) {
      givenUp++;
    }
  }

  private Manifest manifest() {
    try {
      return store.backupSource().log(LOG).manifests().load();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> names(Manifest manifest) {
    Set<String> names =
        Stream.of(manifest.segments(), manifest.retired())
            .flatMap(List::stream)
            .map(SegmentEntry::fileName)
            .collect(Collectors.toCollection(HashSet::new));
    if (manifest.open() != null) {
      names.add(manifest.open().fileName());
    }
    return names;
  }

  private Set<String> segmentFiles() {
    return disk.files().stream()
        .filter(file -> file.endsWith(".log"))
        .map(file -> file.substring(file.lastIndexOf('/') + 1))
        .collect(Collectors.toCollection(HashSet::new));
  }

  private void check() {
    LogStats stats = store.stats(LOG);
    List<Event> there =
        timeline.stream().filter(event -> event.offset() >= stats.startOffset()).toList();
    List<Event> found = new ArrayList<>();
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      while (reader.next()) {
        found.add(reader.event().toEvent());
      }
    }
    assertThat(stats.events()).isEqualTo(found.size());
    assertThat(there.stream().filter(new HashSet<>(found)::contains).toList()).isEqualTo(found);
    assertThat(state(found)).isEqualTo(state(there));
    latest(there).values().stream()
        .filter(event -> clock.wallMs() - event.timestampMs() <= TOMBSTONES_MS)
        .forEach(event -> assertThat(found).contains(event));
  }

  /** The latest event of each key, and all without one. */
  private static Map<String, Event> latest(List<Event> events) {
    Map<String, Event> latest = new HashMap<>();
    for (Event event : events) {
      byte[] key = event.key();
      latest.put(key == null ? "offset " + event.offset() : new String(key, UTF_8), event);
    }
    return latest;
  }

  /** As {@link #latest}, without keys whose latest event is a tombstone. */
  private static Map<String, Event> state(List<Event> events) {
    Map<String, Event> state = latest(events);
    state.values().removeIf(event -> event.key() != null && event.value() == null);
    return state;
  }
}
