package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.base.FencedException;
import io.varve.base.StoreClosedException;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.compact.CompactionMetrics;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import io.varve.testkit.ProcessDied;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A compacted log on a {@link CrashDisk}, written by scripts, and a model of what must be true of
 * it: whatever is found was appended, in that order and with those bytes; every event without a key
 * and the latest of each key is found; a tombstone as long as it must stay.
 *
 * <p>A script is a row of letters, see {@link #step}.
 */
final class CompactionRun {

  static final StreamPartition LOG = new StreamPartition("keyed", 1, 0);
  static final long TOMBSTONES_MS = 8000;

  /** Segments of some ten events, compacted whenever there is anything to do. */
  static final LogSettings SETTINGS =
      LogSettings.defaults()
          .withSegmentBytes(4096)
          .withBatchBytes(1024)
          .withCompaction(Compaction.ON.withTombstonesMs(TOMBSTONES_MS).withDirtyRatioMin(0));

  final CrashDisk disk;
  final ManualClock clock = new ManualClock();
  private final LogSettings settings;
  private final StoreSettings storeSettings;
  private final long seed;
  private final Random random;

  private List<Event> timeline = new ArrayList<>();
  private long acknowledged;
  private boolean faulty;
  private int keys = 8;

  CrashProcess process;
  private ManualWork work;
  private Store store;
  private @Nullable LogWriter writer;
  private @Nullable ManualWork zombieWork;
  private @Nullable LogReader reader;
  private final Map<String, Event> readerState = new HashMap<>();
  private long readFromMs;
  private long lastRead;

  CompactionRun(CrashDisk disk, LogSettings settings, StoreSettings storeSettings, long seed) {
    this.disk = disk;
    this.settings = settings;
    this.storeSettings = storeSettings;
    this.seed = seed;
    this.random = new Random(seed);
  }

  /** The same log on another disk, which a crash left. */
  CompactionRun on(CrashDisk survivor) {
    CompactionRun run = new CompactionRun(survivor, settings, storeSettings, seed + 1);
    run.timeline = new ArrayList<>(timeline);
    run.acknowledged = acknowledged;
    run.clock.advanceMs(clock.wallMs() - run.clock.wallMs());
    return run;
  }

  /** How many keys there are, instead of eight. */
  CompactionRun withKeys(int count) {
    keys = count;
    return this;
  }

  /** From now on calls may fail. */
  void expectFaults() {
    faulty = true;
  }

  /** Opens the log if need be, then runs {@code script}, up to the end of its process. */
  void run(String script) {
    try {
      if (store == null) {
        openStore();
        openWriter();
      }
      script.chars().forEach(letter -> step((char) letter));
    } catch (ProcessDied e) {
      assertThat(disk.isOff() || process.isDead()).isTrue();
    }
  }

  private void step(char letter) {
    switch (letter) {
      case 'a' -> append();
      case 'A' -> "aaaaaaaaaaaaaaa".chars().forEach(each -> append());
      case 'c' -> commit();
      case 'm' -> maintain();
      case 'w' -> work.runOne();
      case 'x' -> {
        closeWriter();
        openWriter();
      }
      case 'r' -> read();
      case 'R' -> closeReader();
      case 'K' -> {
        process.kill();
        reader = null;
        openStore();
        openWriter();
      }
      case 'T' -> {
        closeReader();
        zombieWork = work;
        openStore();
        openWriter();
      }
      case 'z' -> {
        if (zombieWork != null) {
          zombieWork.tick();
          zombieWork.runAll();
        }
      }
      default -> throw new IllegalArgumentException("No step " + letter);
    }
  }

  private void openStore() {
    process = disk.process();
    work = new ManualWork(seed);
    store = Store.open(process.root(), storeSettings, clock, work, process.instance(random));
  }

  private void openWriter() {
    attempt(
        () -> {
          writer = store.openWriter(LOG, settings, "test");
          long next = writer.nextOffset();
          assertThat(next).as("where a new owner goes on").isGreaterThanOrEqualTo(acknowledged);
          timeline = new ArrayList<>(timeline.stream().filter(e -> e.offset() < next).toList());
          acknowledged = next;
        });
  }

  private void closeWriter() {
    attempt(
        () -> {
          LogWriter closing = writer;
          writer = null;
          if (closing != null) {
            closing.close(Duration.ZERO);
            work.runAll();
            alive();
            if (closing.failure() == null) {
              acknowledged = closing.durableOffset();
            }
          }
        });
  }

  private void append() {
    attempt(
        () -> {
          if (writer == null) {
            return;
          }
          int key = random.nextInt(keys + 1);
          byte[] value = new byte[200 + random.nextInt(300)];
          random.nextBytes(value);
          Event event =
              Event.of(
                  writer.nextOffset() + random.nextInt(10) / 9,
                  clock.wallMs(),
                  key == 0 ? null : ("k" + key).getBytes(StandardCharsets.UTF_8),
                  random.nextInt(4) == 0 ? null : value);
          while (!writer.tryAppend(event)) {
            assertThat(work.runOne()).isTrue();
          }
          timeline.add(event);
        });
  }

  private void commit() {
    attempt(
        () -> {
          if (writer == null) {
            return;
          }
          var answer = writer.commit();
          work.runAll();
          alive();
          if (answer.isDone() && !answer.isCompletedExceptionally()) {
            acknowledged = Math.max(acknowledged, answer.join());
          }
        });
  }

  /** Lets a second pass. */
  private void maintain() {
    clock.advanceMs(1000);
    work.tick();
    work.runAll();
    alive();
  }

  /** Work in the background that met the process's death ends what it does elsewhere too. */
  private void alive() {
    if (disk.isOff() || process.isDead()) {
      process.root().exists();
    }
  }

  private void attempt(Runnable some) {
    try {
      some.run();
    } catch (VarveException e) {
      alive();
      boolean expected =
          faulty || (e instanceof FencedException) || (e instanceof StoreClosedException);
      if (!expected) {
        throw e;
      }
      writer = null;
    }
  }

  private void read() {
    if (!store.contains(LOG)) {
      return;
    }
    LogReader reading = reader;
    if (reading == null) {
      reading = store.openReader(LOG, ReadRange.all());
      reader = reading;
      readerState.clear();
      readFromMs = clock.wallMs();
      lastRead = -1;
    }
    while (reading.next()) {
      Event event = reading.event().toEvent();
      assertThat(event.offset()).isGreaterThan(lastRead);
      assertThat(timeline).contains(event);
      lastRead = event.offset();
      note(readerState, event);
    }
    if (clock.wallMs() - readFromMs < TOMBSTONES_MS) {
      assertThat(readerState).isEqualTo(stateBelow(reading.position()));
    }
    acknowledged = Math.max(acknowledged, lastRead + 1);
  }

  private void closeReader() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  private static void note(Map<String, Event> state, Event event) {
    if (event.key() == null) {
      state.put("offset " + event.offset(), event);
    } else if (event.value() == null) {
      state.remove(Arrays.toString(event.key()));
    } else {
      state.put(Arrays.toString(event.key()), event);
    }
  }

  private Map<String, Event> stateBelow(long offset) {
    Map<String, Event> state = new HashMap<>();
    timeline.stream().filter(e -> e.offset() < offset).forEach(event -> note(state, event));
    return state;
  }

  LogReader openReader() {
    return store.openReader(LOG, ReadRange.all());
  }

  List<Event> readAll() {
    return read(ReadRange.all());
  }

  private List<Event> read(ReadRange range) {
    List<Event> found = new ArrayList<>();
    try (LogReader all = store.openReader(LOG, range)) {
      while (all.next()) {
        found.add(all.event().toEvent());
      }
      assertThat(all.position()).isEqualTo(store.stats(LOG).nextOffset());
    }
    return found;
  }

  /** Compares what is found with the model. */
  void check() {
    List<Event> found = readAll();
    LogStats stats = store.stats(LOG);
    assertThat(stats.events()).isEqualTo(found.size());
    assertThat(stats.nextOffset()).isGreaterThanOrEqualTo(acknowledged);
    List<Event> there =
        timeline.stream().filter(event -> event.offset() < stats.nextOffset()).toList();
    if (!there.isEmpty()) {
      assertThat(stats.startOffset())
          .as("compaction moves no start")
          .isEqualTo(there.get(0).offset());
    }
    assertThat(there.stream().filter(new HashSet<>(found)::contains).toList()).isEqualTo(found);
    Map<String, Event> state = new HashMap<>();
    found.forEach(event -> note(state, event));
    assertThat(state).isEqualTo(stateBelow(stats.nextOffset()));
    Map<String, Event> latest = new HashMap<>();
    there.stream()
        .filter(event -> event.key() != null)
        .forEach(event -> latest.put(Arrays.toString(event.key()), event));
    latest.values().stream()
        .filter(event -> clock.wallMs() - event.timestampMs() <= TOMBSTONES_MS)
        .forEach(event -> assertThat(found).contains(event));
    assertThat(read(ReadRange.times(clock.wallMs() - 5000, clock.wallMs())))
        .isEqualTo(found.stream().filter(this::inTimes).toList());
    long middle = (stats.startOffset() + stats.nextOffset()) / 2;
    assertThat(read(ReadRange.offsets(middle, Long.MAX_VALUE)))
        .isEqualTo(found.stream().filter(event -> event.offset() >= middle).toList());
  }

  private boolean inTimes(Event event) {
    return event.timestampMs() >= clock.wallMs() - 5000 && event.timestampMs() < clock.wallMs();
  }

  /** Seals everything, lets tombstones' time go by, and expects nothing but the latest events. */
  void checkFullyCompacted() {
    closeReader();
    closeWriter();
    openWriter();
    for (int i = 0; i < 150; i++) {
      maintain();
    }
    check();
    List<Event> expected = new ArrayList<>(stateBelow(store.stats(LOG).nextOffset()).values());
    timeline.stream()
        .filter(event -> event.offset() < store.stats(LOG).nextOffset())
        .reduce((first, second) -> second)
        .filter(last -> last.key() != null && last.value() == null)
        .ifPresent(expected::add);
    assertThat(readAll()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(metrics().dirtyBytes()).isZero();
    List<String> files = disk.files().stream().filter(f -> f.startsWith("streams/")).toList();
    assertThat(files.stream().filter(f -> f.endsWith(".log"))).hasSize(store.stats(LOG).segments());
    assertThat(files.stream().filter(f -> f.endsWith(".idx"))).hasSize(store.stats(LOG).segments());
  }

  CompactionMetrics metrics() {
    return writer.metrics().compaction();
  }

  @Nullable LogWriter writer() {
    return writer;
  }

  void close() {
    closeReader();
    closeWriter();
    store.close();
    assertThat(process.openFiles()).isEmpty();
  }
}
