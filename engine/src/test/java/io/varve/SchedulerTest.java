package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadEventException;
import io.varve.base.BadSettingException;
import io.varve.base.Clock;
import io.varve.base.FencedException;
import io.varve.base.OwnedException;
import io.varve.base.StoreFailedException;
import io.varve.commit.LogSettings;
import io.varve.delay.TimerMemory;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.BatchBuilder;
import io.varve.format.Release;
import io.varve.io.PosixDirectory;
import io.varve.verify.VerifyListener;
import io.varve.view.BlockCache;
import io.varve.view.LogBlocks;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedulers on real files and threads; their clock stands still until it is moved. */
final class SchedulerTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final StreamPartition READY = new StreamPartition("orders.ready", 1, 0);
  private static final long NOW = 1_000_000;

  @TempDir Path folder;

  private final SettableClock clock = new SettableClock();
  private final HeldWork work = new HeldWork();
  private Store store;
  private LogWriter writer;

  private static final class SettableClock implements Clock {
    private volatile long nowMs = NOW;

    /** After so many looks at it, it shows another time. */
    private int looks = Integer.MAX_VALUE;

    private long thenMs;

    @Override
    public synchronized long wallMs() {
      looks--;
      if (looks == 0) {
        nowMs = thenMs;
      }
      return nowMs;
    }

    private synchronized void setAfter(int count, long ms) {
      looks = count;
      thenMs = ms;
    }

    @Override
    public long nanos() {
      return System.nanoTime();
    }
  }

  /** Work in threads that can be made to wait. */
  private static final class HeldWork implements Work {
    private final Work threads = new ThreadedWork(2, "test");
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean holding;

    @Override
    public Executor strand() {
      Executor strand = threads.strand();
      return task -> execute(() -> strand.execute(task));
    }

    private synchronized void execute(Runnable task) {
      if (holding) {
        waiting.add(task);
      } else {
        task.run();
      }
    }

    synchronized void hold() {
      holding = true;
    }

    synchronized void goOn() {
      holding = false;
      waiting.forEach(Runnable::run);
      waiting.clear();
    }

    @Override
    public Repeating every(long intervalMs, Runnable task) {
      return threads.every(intervalMs, task);
    }

    @Override
    public void close() {
      threads.close();
    }
  }

  @BeforeEach
  void open() {
    store =
        Store.open(
            new PosixDirectory(folder.resolve("store")),
            StoreSettings.defaults(),
            clock,
            work,
            ProcessId.instance());
    writer = store.openWriter(LOG, LogSettings.defaults(), "producer");
  }

  @AfterEach
  void close() {
    writer.close();
    store.close();
    assertThat(Store.verify(folder.resolve("store"), VerifyListener.NONE).problems()).isEmpty();
  }

  @Test
  void eventsAreReleasedWhenTheyAreDueInTheirOrder() {
    send(null, NOW + 30, "c");
    send(null, NOW + 10, "a");
    send(null, Event.NOT_DELAYED, "not delayed");
    send(null, NOW + 30, "d");
    send(null, NOW + 20, "b");
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      assertThat(released()).isEmpty();
      assertThat(scheduler.metrics().pending()).isEqualTo(4);
      clock.nowMs = NOW + 20;
      settle(scheduler);
      assertThat(released()).containsExactly("a", "b");
      clock.nowMs = NOW + 29;
      settle(scheduler);
      assertThat(released()).containsExactly("a", "b");
      clock.nowMs = NOW + 100;
      send(null, NOW + 5, "late");
      settle(scheduler);
      assertThat(released()).containsExactly("a", "b", "late", "c", "d");
      SchedulerMetrics metrics = scheduler.metrics();
      assertThat(metrics.pending()).isZero();
      assertThat(metrics.released()).isEqualTo(5);
      assertThat(metrics.late()).isEqualTo(1);
      assertThat(metrics.lateness().maxNanos()).isEqualTo(95_000_000L);
    }
    Event first = events().get(0);
    assertThat(first.dueTimeMs()).isEqualTo(NOW + 10);
    assertThat(first.timestampMs()).isEqualTo(NOW + 20);
    assertThat(Releases.of(first, READY).offset()).isEqualTo(1);
    assertThat(first.headers().name(first.headers().count() - 1)).isEqualTo(Release.HEADER);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noMoreIsTakenInThanMemoryIsMeantForWhileSavingTakesLong(boolean withIds) {
    int count = 1000;
    for (int i = 0; i < count; i++) {
      writer.append(
          event(
              writer.nextOffset(),
              withIds ? "id-" + i : null,
              NOW + 3_600_000 + i,
              text("event " + i)));
    }
    writer.sync();
    try (Scheduler scheduler = scheduler()) {
      work.hold();
      for (int i = 0; i < 10 * count; i++) {
        scheduler.step();
      }
      final long pending = scheduler.metrics().pending();
      work.goOn();
      TimerMemory memory = settings().memory();
      assertThat(pending)
          .isBetween(
              (long) memory.farMax(),
              (long) memory.nearMax() + 2L * memory.farMax() + memory.stepEvents());
      settle(scheduler);
      assertThat(scheduler.metrics().pending()).isEqualTo(count);
      clock.nowMs = NOW + 3_600_000 + count;
      settle(scheduler);
    }
    assertThat(released())
        .containsExactlyElementsOf(IntStream.range(0, count).mapToObj(i -> "event " + i).toList());
  }

  @Test
  void anEventTakesThePlaceOfThePendingOneWithItsIdAndATombstoneCancelsIt() {
    send("x", NOW + 10, "x1");
    send("y", NOW + 10, "y1");
    send("z", NOW + 10, "z1");
    send("x", NOW + 50, "x2");
    send("y", Event.NOT_DELAYED, null);
    send("absent", Event.NOT_DELAYED, null);
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      assertThat(scheduler.metrics().cancelled()).isEqualTo(2);
      assertThat(scheduler.metrics().pending()).isEqualTo(2);
      clock.nowMs = NOW + 20;
      settle(scheduler);
      assertThat(released()).containsExactly("z1");
      send("z", Event.NOT_DELAYED, null);
      clock.nowMs = NOW + 60;
      settle(scheduler);
      assertThat(released()).containsExactly("z1", "x2");
      assertThat(scheduler.metrics().cancelled()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"fire,a b c", "drop,c", "fire-within:PT0.5S,b c", "fire-within:5000,a b c"})
  void whatFellDueWhileNoSchedulerRanIsReleasedIfItShouldBe(String overdue, String expected) {
    send(null, NOW - 1000, "a");
    send(null, NOW - 500, "b");
    send(null, NOW + 5, "c");
    try (Scheduler scheduler = scheduler(settings().withOverdue(Overdue.parse(overdue)))) {
      settle(scheduler);
      clock.nowMs = NOW + 10;
      settle(scheduler);
      assertThat(String.join(" ", released())).isEqualTo(expected);
      assertThat(scheduler.metrics().dropped()).isEqualTo(3 - released().size());
      assertThat(scheduler.metrics().overdue()).isEqualTo(released().size() - 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "never", "fire-within:", "fire-within:soon", "fire-within:-PT1H"})
  void overdueOfNoMeaningIsRefused(String text) {
    assertThatThrownBy(() -> Overdue.parse(text))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("overdue")
        .hasMessageContaining("fire-within:");
  }

  @Test
  void anotherSchedulerGoesOnWhereOneEndedOrDied() {
    List<String> expected = sendMany(500);
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      clock.nowMs = NOW + 100;
      settle(scheduler);
    }
    Scheduler dies = scheduler();
    settle(dies);
    clock.nowMs = NOW + 200;
    settle(dies);
    dies.abandon();
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      clock.nowMs = NOW + 1000;
      settle(scheduler);
      assertThat(scheduler.metrics().pending()).isZero();
    }
    assertThat(released()).isEqualTo(expected);
  }

  @Test
  void lostOrDamagedFilesOfTimersAreMadeAnewFromTheLog() throws IOException {
    List<String> expected = sendMany(400);
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      clock.nowMs = NOW + 50;
      settle(scheduler);
    }
    Path timers = folder.resolve("store/streams/orders.ready/g1/p0/timers");
    for (Path file : list(timers)) {
      if (file.toString().endsWith(".timers")) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 3] ^= 1;
        Files.write(file, bytes);
      }
    }
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      clock.nowMs = NOW + 100;
      settle(scheduler);
    }
    for (Path file : list(timers)) {
      Files.delete(file);
    }
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      clock.nowMs = NOW + 1000;
      settle(scheduler);
    }
    assertThat(released()).isEqualTo(expected);
  }

  @Test
  void aSchedulerThatAnotherTookOverFromIsFenced() {
    sendMany(10);
    Scheduler first = scheduler();
    settle(first);
    assertThatThrownBy(() -> store.openScheduler(LOG, settings(), "somebody else"))
        .isInstanceOf(OwnedException.class)
        .hasMessageContaining("scheduler");
    try (Scheduler second = scheduler()) {
      clock.nowMs = NOW + 1000;
      assertThatThrownBy(() -> settle(first)).isInstanceOf(FencedException.class);
      first.abandon();
      settle(second);
    }
    assertThat(released()).hasSize(10);
  }

  /** It has taken in more than the one that took over, before that released what it had by then. */
  @Test
  void whatOneSavesWhoWasTakenOverFromIsNotBelieved() throws IOException {
    send(null, NOW + 30, "c");
    send(null, NOW + 20, "b");
    send(null, NOW + 10, "a");
    Scheduler fenced = scheduler();
    settle(fenced);
    clock.nowMs = NOW + 70_000;
    Scheduler second = scheduler(settings().withMemory(new TimerMemory(100, 50, 1024, 20, 30, 1)));
    while (released().isEmpty()) {
      second.step();
    }
    second.abandon();
    fenced.step();
    Path timers = folder.resolve("store/streams/orders.ready/g1/p0/timers");
    while (list(timers).stream()
        .noneMatch(file -> file.getFileName().toString().matches("[0-9]+-[0-9]+\\.pending"))) {
      Thread.onSpinWait();
    }
    fenced.abandon();

    try (Scheduler third = scheduler()) {
      settle(third);
    }
    // In which order, depends on how much the second one had taken in when it had read the first.
    assertThat(released()).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void idsAreComparedByTheirBytes() throws IOException {
    send("x", NOW + 10, "1");
    send(null, NOW + 10, "2");
    try (LogBlocks blocks = new LogBlocks(store.backupSource().log(LOG), new BlockCache(1 << 20))) {
      Releases releases = new Releases(LOG, blocks, 1);
      assertThat(releases.hasId(0, Reserved.SCHEDULE_ID, text("x"))).isTrue();
      assertThat(releases.hasId(0, Reserved.SCHEDULE_ID, text("y"))).isFalse();
      assertThat(releases.hasId(0, "another.header", text("x"))).isFalse();
      assertThat(releases.hasId(1, Reserved.SCHEDULE_ID, text("x"))).isFalse();
      assertThat(releases.hasId(2, Reserved.SCHEDULE_ID, text("x"))).isFalse();
    }
  }

  @Test
  void largeEventsThatAreDueTogetherAreReadOneAfterAnother() {
    for (int i = 0; i < 5; i++) {
      writer.append(event(writer.nextOffset(), null, NOW + 10 - i, new byte[14 << 20]));
    }
    writer.sync();
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      clock.nowMs = NOW + 20;
      settle(scheduler);
    }
    assertThat(events().stream().map(event -> Releases.of(event, READY).offset()))
        .containsExactly(4L, 3L, 2L, 1L, 0L);
  }

  /** With the header that tells of the release it is larger than any that may be appended. */
  @Test
  void anEventOfAnySizeThatALogTakesIsReleased() {
    writer.close();
    LogSettings large = LogSettings.defaults().withEventBytesMax(LogSettings.EVENT_BYTES_LIMIT);
    writer = store.openWriter(LOG, large, "producer");
    Event small = event(0, null, NOW + 10, text(""));
    long without = BatchBuilder.bytesMax(small.key(), null, small.headers(), null);
    byte[] value = new byte[(int) (LogSettings.EVENT_BYTES_LIMIT - without)];
    assertThatThrownBy(() -> writer.append(event(0, null, NOW + 10, new byte[value.length + 1])))
        .isInstanceOf(BadEventException.class);
    value[value.length - 1] = 42;
    writer.append(event(0, null, NOW + 10, value));
    writer.sync();
    send(null, NOW + 11, "small");
    SchedulerSettings settings =
        settings().withReady(LogSettings.defaults().withEventBytesMax(1 << 10));
    try (Scheduler scheduler = scheduler(settings)) {
      clock.nowMs = NOW + 20;
      settle(scheduler);
      assertThat(scheduler.metrics().released()).isEqualTo(2);
    }
    try (LogReader reader = store.openReader(READY, ReadRange.all())) {
      assertThat(reader.next()).isTrue();
      byte[] released = reader.event().toEvent().value();
      assertThat(released.length).isEqualTo(value.length);
      assertThat(released[value.length - 1]).isEqualTo((byte) 42);
      assertThat(reader.next()).isTrue();
    }
  }

  @Test
  void aClockThatGoesBackLetsNothingOutEarly() {
    send(null, NOW + 100, "a");
    try (Scheduler scheduler = scheduler()) {
      clock.nowMs = NOW + 100;
      settle(scheduler);
      clock.nowMs = NOW;
      send(null, NOW + 50, "b");
      settle(scheduler);
      assertThat(released()).containsExactly("a");
      assertThat(scheduler.metrics().waitingForClock()).isTrue();
      assertThat(scheduler.metrics().clockJumps()).isZero();
      clock.nowMs = NOW + 50;
      settle(scheduler);
      assertThat(released()).containsExactly("a", "b");
      clock.nowMs = NOW + 10_000;
      settle(scheduler);
      assertThat(scheduler.metrics().clockJumps()).isEqualTo(1);
      assertThat(scheduler.metrics().lastClockJumpMs()).isBetween(9_000L, 9_950L);
    }
  }

  /** Wherever in its work the scheduler is when the clock goes back, between two looks at it. */
  @Test
  void aClockThatGoesBackWithinAStepLetsNothingOutEarly() {
    List<String> expected = new ArrayList<>();
    long nowMs = NOW;
    for (int looks = 1; looks < 20; looks++) {
      try (Scheduler scheduler = scheduler()) {
        for (int i = 0; i < 6; i++) {
          String value = looks + "/" + i;
          expected.add(value);
          send(value, nowMs + 10 + i, value);
        }
        settle(scheduler);
        clock.nowMs = nowMs + 15;
        clock.setAfter(looks, nowMs + 12);
        settle(scheduler);
        assertThat(clock.nowMs).isEqualTo(nowMs + 12);
        // What has not been released can be cancelled.
        assertThat(expected).startsWith(released().toArray(new String[0]));
        if (released().size() < expected.size()) {
          send(expected.remove(expected.size() - 1), Event.NOT_DELAYED, null);
        }
        settle(scheduler);
        clock.nowMs = nowMs + 16;
        settle(scheduler);
        assertThat(released()).isEqualTo(expected);
        assertThat(scheduler.metrics().pending()).isZero();
        assertThat(scheduler.metrics().missing()).isZero();
      }
      nowMs += 20;
    }
    assertThat(events())
        .allSatisfy(e -> assertThat(e.timestampMs()).isGreaterThanOrEqualTo(e.dueTimeMs()));
  }

  @Test
  void dueTimesBeforeTheEpochAreRefusedAndDoNoHarm() {
    Event event = event(0, null, Event.NOT_DELAYED, text("a"));
    assertThatThrownBy(() -> Delayed.at(event, -1))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("due time")
        .hasMessageContaining("-1")
        .hasMessageContaining("since the Unix epoch");
    assertThatThrownBy(() -> Delayed.at(event, Event.NOT_DELAYED, "id"))
        .isInstanceOf(BadSettingException.class);
    assertThat(Delayed.at(event, 0).dueTimeMs()).isZero();
    // Such events can be made without it.
    send(null, Long.MIN_VALUE + 1, "a");
    send(null, -1, "b");
    try (Scheduler scheduler = scheduler()) {
      settle(scheduler);
      assertThat(scheduler.metrics().lateness().maxNanos()).isEqualTo(Long.MAX_VALUE);
    }
    send(null, -5, "late");
    try (Scheduler scheduler = scheduler(settings().withOverdue(Overdue.DROP))) {
      send(null, Long.MIN_VALUE + 1, "dropped");
      settle(scheduler);
      assertThat(scheduler.metrics().dropped()).isEqualTo(2);
    }
    assertThat(released()).containsExactly("a", "b");
  }

  @Test
  void aReadyLogOfAnotherTimeIsRefused() throws IOException {
    sendMany(10);
    try (Scheduler scheduler = scheduler()) {
      clock.nowMs = NOW + 1000;
      settle(scheduler);
    }
    writer.close();
    delete(folder.resolve("store/streams/orders"));
    writer = store.openWriter(LOG, LogSettings.defaults(), "producer");
    send(null, NOW, "another log");
    assertThatThrownBy(this::scheduler)
        .isInstanceOf(StoreFailedException.class)
        .hasMessageContaining("up to offset 10")
        .hasMessageContaining("ends at 1")
        .hasMessageContaining("older copy");
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> settings().withTickMs(0)).hasMessageContaining("tick.ms");
    assertThatThrownBy(
            () -> store.openScheduler(LOG, settings().withReadyStream("orders"), "scheduler"))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("ready.stream");
    assertThatThrownBy(
            () -> store.openScheduler(new StreamPartition("none", 1, 0), settings(), "scheduler"))
        .hasMessageContaining("none");
  }

  private List<String> sendMany(int count) {
    List<Event> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long due = NOW + 1 + i * 7919L % 300;
      sent.add(event(writer.nextOffset(), null, due, text("event " + i)));
      writer.append(sent.get(i));
    }
    writer.sync();
    return sent.stream()
        .sorted(
            (one, other) ->
                one.dueTimeMs() != other.dueTimeMs()
                    ? Long.compare(one.dueTimeMs(), other.dueTimeMs())
                    : Long.compare(one.offset(), other.offset()))
        .map(event -> new String(event.value(), StandardCharsets.UTF_8))
        .toList();
  }

  private void send(@Nullable String id, long dueMs, @Nullable String value) {
    writer.append(event(writer.nextOffset(), id, dueMs, value == null ? null : text(value)));
    writer.sync();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Event event(
      long offset, @Nullable String id, long dueMs, byte @Nullable [] value) {
    return new Event(
        offset,
        NOW,
        TimestampType.CREATE,
        Encoding.BYTES,
        text("key"),
        Encoding.BYTES,
        value,
        id == null ? Headers.EMPTY : Headers.builder().add(Reserved.SCHEDULE_ID, text(id)).build(),
        null,
        dueMs);
  }

  private Scheduler scheduler() {
    return scheduler(settings());
  }

  private Scheduler scheduler(SchedulerSettings settings) {
    return store.openScheduler(LOG, settings, "scheduler");
  }

  private static SchedulerSettings settings() {
    return SchedulerSettings.of(LOG.stream())
        .withMemory(new TimerMemory(100, 50, 1024, 20, 30, 64));
  }

  /** Lets it do all there is to do at this time, durably. */
  private static void settle(Scheduler scheduler) {
    for (int idle = 0; idle < 5; ) {
      boolean busy = scheduler.step();
      idle = busy || scheduler.isCommitting() ? 0 : idle + 1;
    }
  }

  private List<Event> events() {
    List<Event> events = new ArrayList<>();
    if (store.contains(READY)) {
      try (LogReader reader = store.openReader(READY, ReadRange.all())) {
        while (reader.next()) {
          events.add(reader.event().toEvent());
        }
      }
    }
    return events;
  }

  private List<String> released() {
    return events().stream().map(e -> new String(e.value(), StandardCharsets.UTF_8)).toList();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted((one, other) -> other.compareTo(one))
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
