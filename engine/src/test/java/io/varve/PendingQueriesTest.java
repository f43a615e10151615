package io.varve;

import static io.varve.ScheduledStore.LOG;
import static io.varve.ScheduledStore.NOW;
import static io.varve.ScheduledStore.bytes;
import static io.varve.ScheduledStore.settings;
import static io.varve.ScheduledStore.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadSettingException;
import io.varve.base.NoSuchStreamException;
import io.varve.base.StoreClosedException;
import io.varve.delay.Timer;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is pending can be asked for: of a scheduler by other threads, and from outside. */
final class PendingQueriesTest {

  private static final long PERIOD_MS = 5000;

  @TempDir Path folder;
  private ScheduledStore in;

  /** By its id what must be pending. */
  private final Map<String, Timer> model = new TreeMap<>();

  private long nowMs = NOW;

  @BeforeEach
  void open() {
    in = new ScheduledStore(folder.resolve("store"));
  }

  @AfterEach
  void close() {
    in.close();
  }

  /** Timers near and far, repeating or not, of which some are cancelled or replaced. */
  private void send(Random random, int count) {
    for (int i = 0; i < count; i++) {
      String id = "id " + random.nextInt(600);
      long offset = in.writer.nextOffset();
      long dueMs = nowMs + 1 + random.nextInt(80_000);
      if (random.nextInt(6) == 0) {
        in.writer.append(Delayed.cancel(offset, NOW, null, id));
        model.remove(id);
      } else if (random.nextInt(5) == 0) {
        Event event = Delayed.every(in.event("e"), "*/5 * * * * ?", dueMs, id);
        in.writer.append(event);
        model.put(id, new Timer(event.dueTimeMs(), offset, true));
      } else {
        in.writer.append(Delayed.at(in.event("e"), dueMs, id));
        model.put(id, new Timer(dueMs, offset, false));
      }
    }
    in.writer.sync();
  }

  private void pass(long ms) {
    nowMs += ms;
    in.now(nowMs);
    model.values().removeIf(timer -> timer.dueMs() <= nowMs && !timer.repeating());
    model.replaceAll(
        (id, timer) ->
            timer.dueMs() > nowMs
                ? timer
                : new Timer((nowMs / PERIOD_MS + 1) * PERIOD_MS, timer.offset(), true));
  }

  private List<Timer> expected(long fromMs, long untilMs) {
    return model.values().stream()
        .filter(timer -> timer.dueMs() >= fromMs && timer.dueMs() < untilMs)
        .sorted(Comparator.comparingLong(Timer::dueMs).thenComparingLong(Timer::offset))
        .toList();
  }

  private static <T> T answer(Scheduler scheduler, CompletableFuture<T> asked) {
    while (!asked.isDone()) {
      scheduler.step();
    }
    return asked.join();
  }

  private interface Pages {
    PendingPage page(PendingRange range);
  }

  private static List<Timer> all(Pages pages, PendingRange first) {
    List<Timer> found = new ArrayList<>();
    for (PendingRange range = first; range != null; ) {
      PendingPage page = pages.page(range);
      assertThat(page.timers()).hasSizeLessThanOrEqualTo(range.limit());
      assertThat(page.next() == null || page.timers().size() == range.limit()).isTrue();
      found.addAll(page.timers());
      range = page.next();
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void pagesCountsAndIdsAreThoseOfAModel(long seed) {
    Random random = new Random(seed);
    Scheduler scheduler = in.scheduler();
    for (int round = 0; round < 12; round++) {
      send(random, random.nextInt(400));
      settle(scheduler);
      if (random.nextBoolean()) {
        pass(random.nextInt(20_000));
        settle(scheduler);
      } else if (random.nextInt(3) == 0) {
        scheduler.abandon();
        scheduler = in.scheduler();
        settle(scheduler);
      }
      Scheduler asked = scheduler;
      long fromMs = nowMs - 1000 + random.nextInt(80_000);
      long untilMs = fromMs + random.nextInt(40_000);
      int limit = 1 + random.nextInt(random.nextBoolean() ? 10 : 500);
      Pages pages = range -> answer(asked, asked.pending(range));
      assertThat(all(pages, PendingRange.all().withLimit(limit)))
          .isEqualTo(expected(Long.MIN_VALUE, Long.MAX_VALUE));
      assertThat(all(pages, PendingRange.between(fromMs, untilMs).withLimit(limit)))
          .isEqualTo(expected(fromMs, untilMs));
      assertThat(answer(asked, asked.countPending(fromMs, untilMs)))
          .isEqualTo(expected(fromMs, untilMs).size());
      assertThat(answer(asked, asked.estimatePending(Long.MIN_VALUE, Long.MAX_VALUE)))
          .isBetween(0L, (long) model.size());
      assertThat(asked.metrics().pending()).isEqualTo(model.size());
      for (int i = 0; i < 20; i++) {
        String id = "id " + random.nextInt(600);
        Timer timer = model.get(id);
        assertThat(answer(asked, asked.pending(bytes(id))))
            .isEqualTo(timer == null ? List.of() : List.of(timer));
      }
      seenFromOutside(random, fromMs, untilMs, limit);
    }
    scheduler.abandon();
  }

  private void seenFromOutside(Random random, long fromMs, long untilMs, int limit) {
    try (Store reading = Store.openReadOnly(in.path);
        PendingView view = reading.openPending(LOG, settings())) {
      assertThat(view.pending()).isEqualTo(model.size());
      assertThat(all(view::page, PendingRange.between(fromMs, untilMs).withLimit(limit)))
          .isEqualTo(expected(fromMs, untilMs));
      assertThat(view.count(fromMs, untilMs)).isEqualTo(expected(fromMs, untilMs).size());
      String id = "id " + random.nextInt(600);
      Timer timer = model.get(id);
      assertThat(view.find(bytes(id))).isEqualTo(timer == null ? List.of() : List.of(timer));
    }
  }

  @Test
  void theEstimateCountsFilesByTheirBlocks() {
    for (int i = 0; i < 20_000; i++) {
      in.writer.append(Delayed.at(in.event("e"), NOW + 1 + i));
    }
    in.writer.sync();
    Scheduler scheduler = in.scheduler();
    settle(scheduler);
    scheduler.close();
    scheduler = in.scheduler();
    settle(scheduler);
    assertThat(scheduler.metrics().files()).isPositive();
    int files = scheduler.metrics().files();
    assertThat(answer(scheduler, scheduler.estimatePending(NOW + 5_000, NOW + 15_000)))
        .isBetween(10_000L - 2048L * files, 10_000L + 2048L * files);
    assertThat(answer(scheduler, scheduler.estimatePending(NOW, NOW + 30_000))).isEqualTo(20_000);
    assertThat(answer(scheduler, scheduler.countPending(NOW, NOW + 15_001))).isEqualTo(15_000);
    scheduler.abandon();
  }

  @Test
  void otherThreadsAskWhileItRuns() throws InterruptedException {
    in.send(Delayed.at(in.event("a"), NOW + 10_000, "id"));
    Scheduler scheduler = in.scheduler();
    Thread runs = new Thread(scheduler::run, "scheduler");
    runs.start();
    PendingPage page = scheduler.pending(PendingRange.all()).join();
    while (page.timers().isEmpty()) {
      page = scheduler.pending(PendingRange.all()).join();
    }
    assertThat(page.timers()).containsExactly(new Timer(NOW + 10_000, 0, false));
    assertThat(scheduler.pending(bytes("id")).join()).hasSize(1);
    assertThat(scheduler.countPending(NOW, NOW + 10_000).join()).isZero();
    scheduler.stop();
    runs.join();
    CompletableFuture<Long> unanswered = scheduler.countPending(0, 1);
    scheduler.close();
    assertThatThrownBy(unanswered::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(StoreClosedException.class);
    assertThatThrownBy(scheduler.pending(PendingRange.all())::join)
        .hasCauseInstanceOf(StoreClosedException.class);
  }

  @Test
  void fromOutsideItIsSeenWhereNoSchedulerEverRan() {
    in.send(Delayed.at(in.event("a"), NOW + 10, "id"));
    in.send(Delayed.every(in.event("b"), "0 * * * *", NOW));
    try (Store reading = Store.openReadOnly(in.path);
        PendingView view = reading.openPending(LOG, settings())) {
      List<Timer> timers = view.page(PendingRange.all()).timers();
      assertThat(timers)
          .containsExactly(new Timer(NOW + 10, 0, false), new Timer(NOW + 3_600_000, 1, true));
      assertThat(timers.stream().map(timer -> value(view.events(timers).get(timer.offset()))))
          .containsExactly("a", "b");
      assertThat(view.nextOffset()).isEqualTo(2);
    }
    assertThat(in.store.contains(ScheduledStore.READY)).isFalse();
  }

  private static String value(Event event) {
    return new String(Objects.requireNonNull(event.value()), StandardCharsets.UTF_8);
  }

  /** Of these the scheduler, which has ended, knew nothing. */
  @Test
  void fromOutsideWhatCameLateIsSeenInItsPlace() {
    in.send(Delayed.at(in.event("a"), NOW + 50_000));
    try (Scheduler scheduler = in.scheduler()) {
      in.now(NOW + 50_000);
      settle(scheduler);
    }
    in.send(Delayed.at(in.event("c"), NOW + 30_000, "id"));
    in.send(Delayed.at(in.event("b"), NOW + 20_000));
    in.send(Delayed.at(in.event("d"), NOW + 60_000));
    try (Store reading = Store.openReadOnly(in.path);
        PendingView view = reading.openPending(LOG, settings())) {
      List<Timer> timers = all(view::page, PendingRange.all().withLimit(1));
      assertThat(timers.stream().map(timer -> value(view.events(timers).get(timer.offset()))))
          .containsExactly("b", "c", "d");
      assertThat(view.pending()).isEqualTo(3);
      assertThat(view.count(NOW + 20_000, NOW + 60_000)).isEqualTo(2);
      assertThat(view.find(bytes("id"))).hasSize(1);
    }
  }

  /** It saves, and deletes what it had saved before, as often as it can. */
  @Test
  void fromOutsideItIsSeenBesideASchedulerThatDeletesFiles() throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      in.writer.append(Delayed.at(in.event("e"), NOW + 3_600_000 + i));
    }
    in.writer.sync();
    Scheduler scheduler = in.scheduler();
    Thread runs = new Thread(scheduler::run, "scheduler");
    runs.start();
    try (Store reading = Store.openReadOnly(in.path)) {
      for (int i = 0; i < 150; i++) {
        in.now(NOW + 61_000L * (i % 50));
        in.send(Delayed.at(in.event("e"), NOW + 3_600_000 + i));
        try (PendingView view = reading.openPending(LOG, settings())) {
          assertThat(view.pending()).isEqualTo(501 + i);
          assertThat(view.page(PendingRange.all()).timers()).hasSize(501 + i);
        }
      }
    } finally {
      scheduler.stop();
      runs.join();
      scheduler.close();
    }
  }

  @Test
  void whatCannotBeAskedIsRefused() {
    assertThatThrownBy(() -> PendingRange.all().withLimit(0))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("limit");
    assertThatThrownBy(() -> PendingRange.all().withLimit(PendingRange.LIMIT_MAX + 1))
        .hasMessageContaining("10000");
    assertThatThrownBy(() -> in.store.openPending(new StreamPartition("none", 1, 0), settings()))
        .isInstanceOf(NoSuchStreamException.class);
    assertThatThrownBy(() -> in.store.openPending(LOG, settings().withReadyStream("orders")))
        .hasMessageContaining("ready.stream");
  }
}
