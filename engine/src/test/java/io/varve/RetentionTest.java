package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which segments' files are on disk, by a model that knows nothing but their lengths and times. */
final class RetentionTest {

  private static final StreamPartition LOG = new StreamPartition("kept", 1, 0);

  private final CrashDisk disk = new CrashDisk();
  private final CrashProcess process = disk.process();
  private final ManualClock clock = new ManualClock();
  private final ManualWork work = new ManualWork(1);
  private final Store store =
      Store.open(
          process.root(), StoreSettings.defaults(), clock, work, process.instance(new Random(1)));
  private final List<Event> events = new ArrayList<>();

  /** A segment's first offset, its file's length, and its newest event's time. */
  private record Segment(long firstOffset, long bytes, long newestMs) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theOldestSegmentsGoAsSoonAsTimeOrSizeSays(long seed) {
    Random random = new Random(seed);
    Retention retention =
        new Retention(
            seed % 3 == 0 ? -1 : random.nextInt(3000), seed % 3 == 1 ? -1 : random.nextInt(60_000));
    LogSettings settings =
        LogSettings.defaults()
            .withSegmentBytes(8192)
            .withBatchBytes(1024)
            .withSegmentMs(Long.MAX_VALUE)
            .withRetention(retention);
    LogWriter writer = store.openWriter(LOG, settings, "test");
    long deleted = 0;
    for (int round = 0; round < 60; round++) {
      for (int i = random.nextInt(20); i > 0; i--) {
        append(writer, clock.wallMs() - random.nextInt(500), random.nextInt(1500));
      }
      writer.commit();
      work.runAll();
      clock.advanceMs(random.nextInt(300));
      List<Segment> before = segments();
      long nowMs = clock.wallMs();
      work.tick();
      work.runAll();
      List<Segment> expected = keep(before, retention, nowMs);
      deleted += before.size() - expected.size();
      assertThat(segments().stream().map(Segment::firstOffset))
          .as("round %d, %s", round, retention)
          .isEqualTo(expected.stream().map(Segment::firstOffset).toList());
      if (!expected.isEmpty()) {
        assertThat(store.stats(LOG).startOffset()).isEqualTo(expected.get(0).firstOffset());
      }
      assertThat(store.stats(LOG).nextOffset()).isEqualTo(writer.nextOffset());
    }
    assertThat(deleted).isPositive();
  }

  @Test
  void whatIsNeededStaysHoweverOldItIs() {
    long[] needed = {0};
    LogWriter writer =
        store.openWriter(
            LOG,
            LogSettings.defaults()
                .withSegmentBytes(4096)
                .withBatchBytes(1024)
                .withRetention(new Retention(10, -1).withNeededFrom(() -> needed[0])),
            "test");
    for (int i = 0; i < 100; i++) {
      append(writer, clock.wallMs(), 500);
    }
    writer.commit();
    work.runAll();
    clock.advanceMs(1000);
    work.tick();
    work.runAll();
    assertThat(store.stats(LOG).startOffset()).isZero();

    needed[0] = 50;
    work.tick();
    work.runAll();
    assertThat(store.stats(LOG).startOffset()).isGreaterThan(30).isLessThanOrEqualTo(50);

    needed[0] = 100;
    work.tick();
    work.runAll();
    assertThat(store.stats(LOG).startOffset()).isEqualTo(100);
  }

  private static List<Segment> keep(List<Segment> segments, Retention retention, long nowMs) {
    List<Segment> kept = new ArrayList<>(segments);
    while (!kept.isEmpty()) {
      Segment oldest = kept.get(0);
      long others = kept.stream().mapToLong(Segment::bytes).sum() - oldest.bytes();
      boolean tooOld = retention.ms() >= 0 && nowMs - oldest.newestMs() > retention.ms();
      boolean tooMuch = retention.bytes() >= 0 && others >= retention.bytes();
      // The segment that is being written is sealed first when its age, not its events', is over.
      if (kept.size() == 1 || !tooOld && !tooMuch) {
        return kept;
      }
      kept.remove(0);
    }
    return kept;
  }

  private List<Segment> segments() {
    List<Segment> segments = new ArrayList<>();
    List<String> files =
        disk.files().stream().filter(file -> file.endsWith(".log")).sorted().toList();
    for (int i = 0; i < files.size(); i++) {
      long first = firstOffset(files.get(i));
      long next = i + 1 < files.size() ? firstOffset(files.get(i + 1)) : Long.MAX_VALUE;
      long newest =
          events.stream()
              .filter(e -> e.offset() >= first && e.offset() < next)
              .mapToLong(Event::timestampMs)
              .max()
              .orElseThrow();
      segments.add(new Segment(first, disk.bytes(files.get(i)).length, newest));
    }
    return segments;
  }

  private static long firstOffset(String file) {
    return Long.parseLong(file.substring(file.lastIndexOf('/') + 1, file.lastIndexOf('-')));
  }

  private void append(LogWriter writer, long timeMs, int bytes) {
    Event event = Event.of(writer.nextOffset(), timeMs, null, new byte[bytes]);
    while (!writer.tryAppend(event)) {
      work.runOne();
    }
    events.add(event);
  }

  @Test
  void aLogWithoutNewEventsExpiresToo() {
    LogSettings settings = LogSettings.defaults().withRetention(new Retention(1000, -1));
    LogWriter writer = store.openWriter(LOG, settings, "test");
    append(writer, clock.wallMs(), 100);
    writer.commit();
    work.runAll();
    clock.advanceMs(1001);
    work.tick();
    work.runAll();
    assertThat(segments()).isEmpty();
    assertThat(store.stats(LOG).events()).isZero();
    assertThat(store.stats(LOG).startOffset()).isEqualTo(1);
    assertThat(writer.nextOffset()).isEqualTo(1);
    append(writer, clock.wallMs(), 100);
    writer.commit();
    work.runAll();
    assertThat(store.stats(LOG).startOffset()).isEqualTo(1);
    assertThat(store.stats(LOG).events()).isEqualTo(1);
  }

  @Test
  void segmentsGoThatASchedulerNeedsNoMore() {
    LogSettings settings =
        LogSettings.defaults()
            .withSegmentBytes(4096)
            .withBatchBytes(1024)
            .withRetention(new Retention(100_000, -1));
    LogWriter writer = store.openWriter(LOG, settings, "test");
    long dueMs = clock.wallMs() + 1000;
    for (int i = 0; i < 20; i++) {
      Event event = Event.of(i, clock.wallMs(), null, new byte[1000]);
      assertThat(writer.tryAppend(Delayed.at(event, dueMs, "id" + i))).isTrue();
      work.runAll();
    }
    writer.commit();
    work.runAll();
    assertThat(files().size()).isGreaterThan(3);
    Scheduler scheduler = store.openScheduler(LOG, SchedulerSettings.of(LOG.stream()), "test");
    steps(scheduler);
    clock.advanceMs(1000);
    steps(scheduler);
    assertThat(scheduler.metrics().released()).isEqualTo(20);
    clock.advanceMs(100_000);
    steps(scheduler);
    work.tick();
    work.runAll();
    assertThat(files()).isEmpty();
    scheduler.abandon();
  }

  private LogWriter writeDelayed(long... duesMs) {
    LogSettings settings =
        LogSettings.defaults()
            .withSegmentBytes(4096)
            .withBatchBytes(1024)
            .withRetention(new Retention(100_000, -1));
    LogWriter writer = store.openWriter(LOG, settings, "test");
    for (int i = 0; i < 40; i++) {
      Event event = Event.of(i, clock.wallMs(), null, new byte[1000]);
      assertThat(writer.tryAppend(i < duesMs.length ? Delayed.at(event, duesMs[i]) : event))
          .isTrue();
      work.runAll();
    }
    writer.commit();
    work.runAll();
    return writer;
  }

  private void maintain(Scheduler scheduler) {
    steps(scheduler);
    work.tick();
    work.runAll();
    steps(scheduler);
  }

  @Test
  void whatIsToBeReleasedStaysInTheLogWhileASchedulerRuns() {
    long dueMs = clock.wallMs() + 900_000;
    LogWriter writer = writeDelayed(clock.wallMs() + 10, dueMs);
    Scheduler scheduler = store.openScheduler(LOG, SchedulerSettings.of(LOG.stream()), "test");
    for (int i = 0; i < 9; i++) {
      clock.advanceMs(90_000);
      maintain(scheduler);
    }
    assertThat(store.stats(LOG).startOffset()).isZero();
    // Another process goes on with it, and comes a little later.
    scheduler.abandon();
    clock.advanceMs(80_000);
    work.tick();
    work.runAll();
    scheduler = store.openScheduler(LOG, SchedulerSettings.of(LOG.stream()), "test");
    clock.advanceMs(10_000);
    maintain(scheduler);
    assertThat(scheduler.metrics().released()).isEqualTo(1);
    assertThat(scheduler.metrics().missing()).isZero();
    assertThat(scheduler.metrics().pending()).isZero();
    // It is saved that nothing is pending, and all goes that has expired.
    writer.skipTo(writer.nextOffset() + 1);
    writer.commit();
    work.runAll();
    for (int i = 0; i < 4; i++) {
      clock.advanceMs(61_000);
      maintain(scheduler);
    }
    assertThat(files()).isEmpty();
    assertThat(store.stats(LOG).startOffset()).isGreaterThanOrEqualTo(40);
    scheduler.abandon();
  }

  @Test
  void whatRepeatsStaysInTheLogWhileASchedulerRuns() {
    LogSettings settings =
        LogSettings.defaults().withSegmentBytes(4096).withRetention(new Retention(100_000, -1));
    LogWriter writer = store.openWriter(LOG, settings, "test");
    Event event = Event.of(0, clock.wallMs(), null, new byte[3000]);
    writer.append(Delayed.every(event, "* * * * *", clock.wallMs()));
    writer.append(Event.of(1, clock.wallMs(), null, new byte[3000]));
    writer.append(Event.of(2, clock.wallMs(), null, new byte[3000]));
    writer.commit();
    work.runAll();
    Scheduler scheduler = store.openScheduler(LOG, SchedulerSettings.of(LOG.stream()), "test");
    for (int i = 1; i <= 20; i++) {
      clock.advanceMs(61_000);
      maintain(scheduler);
      assertThat(scheduler.metrics().missing()).isZero();
      assertThat(store.stats(LOG).startOffset()).isZero();
    }
    assertThat(scheduler.metrics().released()).isBetween(19L, 22L);
    scheduler.abandon();
  }

  @Test
  void retentionGoesOnWhenASchedulerHasBeenGoneForLong() {
    writeDelayed(clock.wallMs() + 86_400_000);
    Scheduler scheduler = store.openScheduler(LOG, SchedulerSettings.of(LOG.stream()), "test");
    clock.advanceMs(101_000);
    maintain(scheduler);
    scheduler.abandon();
    clock.advanceMs(599_000);
    work.tick();
    work.runAll();
    assertThat(store.stats(LOG).startOffset()).isZero();
    clock.advanceMs(2000);
    work.tick();
    work.runAll();
    assertThat(files()).isEmpty();
  }

  private List<String> files() {
    return disk.files().stream()
        .filter(file -> file.endsWith(".log") && file.contains("/" + LOG.stream() + "/"))
        .toList();
  }

  private void steps(Scheduler scheduler) {
    for (int i = 0; i < 20; i++) {
      scheduler.step();
      work.runAll();
    }
  }

  @Test
  void aSegmentIsSealedWhenItIsOldAndTheNextEventBeginsAnother() {
    LogWriter writer = store.openWriter(LOG, LogSettings.defaults().withSegmentMs(1000), "test");
    for (int round = 1; round <= 3; round++) {
      append(writer, 0, 100);
      writer.commit();
      work.runAll();
      clock.advanceMs(999);
      work.tick();
      work.runAll();
      assertThat(indexes()).isEqualTo(round - 1);
      clock.advanceMs(1);
      work.tick();
      work.runAll();
      assertThat(indexes()).isEqualTo(round);
      assertThat(store.stats(LOG).segments()).isEqualTo(round);
    }
    assertThat(store.stats(LOG).events()).isEqualTo(3);
  }

  private long indexes() {
    return disk.files().stream().filter(file -> file.endsWith(".idx")).count();
  }

  @Test
  void anEventLargerThanBatchAndSegmentHasOneOfItsOwn() {
    LogSettings settings = LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);
    LogWriter writer = store.openWriter(LOG, settings, "test");
    for (int bytes : new int[] {10, 3_000_000, 10, 10, 5_000_000, 1_000_000, 0}) {
      append(writer, 0, bytes);
    }
    writer.commit();
    work.runAll();
    List<Event> found = new ArrayList<>();
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      while (reader.next()) {
        found.add(reader.event().toEvent());
      }
    }
    assertThat(found.equals(events)).isTrue();
  }
}
