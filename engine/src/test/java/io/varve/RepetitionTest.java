package io.varve;

import static io.varve.ScheduledStore.NOW;
import static io.varve.ScheduledStore.bytes;
import static io.varve.ScheduledStore.settings;
import static io.varve.ScheduledStore.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadSettingException;
import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An event with a cron expression is released at every time that it names. */
final class RepetitionTest {

  private static final String EVERY_10_S = "*/10 * * * * ?";

  @TempDir Path folder;
  private ScheduledStore in;

  @BeforeEach
  void open() {
    in = new ScheduledStore(folder.resolve("store"));
  }

  @AfterEach
  void close() {
    in.close();
  }

  @Test
  void itIsReleasedAgainAndAgainInOrderWithOthersAndKeepsItsHeaders() {
    in.send(Delayed.every(in.event("tick"), EVERY_10_S, NOW, "id"));
    in.send(Delayed.at(in.event("once"), NOW + 15_000));
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
      assertThat(scheduler.metrics().pending()).isEqualTo(2);
      in.now(NOW + 9_999);
      settle(scheduler);
      assertThat(in.released()).isEmpty();
      in.now(NOW + 30_000);
      settle(scheduler);
      assertThat(in.released())
          .containsExactly("tick 10000", "once 15000", "tick 20000", "tick 30000");
      assertThat(scheduler.metrics().pending()).isEqualTo(1);
      assertThat(scheduler.metrics().rearmed()).isEqualTo(3);
    }
    Headers headers = in.ready().get(3).headers();
    assertThat(headers.asList().stream().map(Headers.Header::name))
        .containsExactly(Reserved.SCHEDULE_ID, Reserved.SCHEDULE_CRON, Reserved.RELEASE);
    assertThat(in.ready().get(3).dueTimeMs()).isEqualTo(NOW + 30_000);
  }

  /** One that is due between two times of another is not put off by that. */
  @Test
  void manyThatAreDueAtTheSameTimeAreReleasedTogether() {
    for (int i = 0; i < 200; i++) {
      in.send(Delayed.every(in.event("e" + i), i % 2 == 0 ? "* * * * *" : EVERY_10_S, NOW));
    }
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
      in.now(NOW + 60_000);
      settle(scheduler);
      List<String> released = in.released();
      assertThat(released).hasSize(100 + 6 * 100).doesNotHaveDuplicates();
      assertThat(released.subList(500, 503)).containsExactly("e0 60000", "e1 60000", "e2 60000");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "fire, tick 10000 tick 20000 tick 30000 tick 40000",
    "drop, tick 40000",
    "fire-within:PT15S, tick 20000 tick 30000 tick 40000"
  })
  void whatFellDueWhileNoSchedulerRanIsReleasedIfItShouldBe(String overdue, String released) {
    in.send(Delayed.every(in.event("tick"), EVERY_10_S, NOW));
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
    }
    in.now(NOW + 35_000);
    try (Scheduler scheduler = in.scheduler(settings().withOverdue(Overdue.parse(overdue)))) {
      settle(scheduler);
      in.now(NOW + 40_000);
      settle(scheduler);
    }
    assertThat(String.join(" ", in.released())).isEqualTo(released);
  }

  @Test
  void oneThatComesLateIsReleasedAtOnceAndGoesOnBehindWhatWasReleased() {
    in.send(Delayed.at(in.event("once"), NOW + 35_000));
    in.now(NOW + 35_000);
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
      in.send(Delayed.every(in.event("tick"), EVERY_10_S, NOW));
      settle(scheduler);
      in.now(NOW + 50_000);
      settle(scheduler);
    }
    assertThat(in.released())
        .containsExactly("once 35000", "tick 10000", "tick 40000", "tick 50000");
  }

  @Test
  void itIsCancelledAndReplacedByItsIdWhicheverTimeIsPending() {
    in.send(Delayed.every(in.event("a"), EVERY_10_S, NOW, "id"));
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
      in.now(NOW + 20_000);
      settle(scheduler);
      in.send(Delayed.every(in.event("b"), EVERY_10_S, NOW + 20_000, "id"));
      settle(scheduler);
      assertThat(scheduler.metrics().pending()).isEqualTo(1);
    }
    try (Scheduler scheduler = in.scheduler()) {
      in.now(NOW + 40_000);
      settle(scheduler);
      in.cancel("id");
      settle(scheduler);
      assertThat(scheduler.metrics().pending()).isZero();
      in.now(NOW + 90_000);
      settle(scheduler);
    }
    assertThat(in.released()).containsExactly("a 10000", "a 20000", "b 30000", "b 40000");
  }

  @Test
  void oneWhoseExpressionNamesNoMoreTimesLetsGoOfItsId() {
    in.send(Delayed.every(in.event("a"), "0 0 8,9 15 1 ? 2027", NOW, "id"));
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
      in.now(NOW + 366 * 86_400_000L);
      settle(scheduler);
      assertThat(scheduler.metrics().pending()).isZero();
      in.cancel("id");
      settle(scheduler);
      assertThat(scheduler.metrics().cancelled()).isZero();
    }
    assertThat(in.released()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"61 * * * *", "0 0 31 2 *", "", "TZ=Nowhere * * * * *"})
  void oneWithABadExpressionIsReleasedOnceAndCounted(String cron) {
    Headers headers = Headers.builder().add(Reserved.SCHEDULE_CRON, bytes(cron)).build();
    in.send(Delayed.at(in.event("a"), NOW + 10));
    Event bad = in.event("bad");
    in.send(
        new Event(
            bad.offset(),
            NOW,
            bad.timestampType(),
            bad.keyEncoding(),
            bad.key(),
            bad.valueEncoding(),
            bad.value(),
            headers,
            null,
            NOW + 20));
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
      in.now(NOW + 100_000);
      settle(scheduler);
      assertThat(scheduler.metrics().badCrons()).isEqualTo(1);
      assertThat(scheduler.metrics().pending()).isZero();
    }
    assertThat(in.released()).containsExactly("a 10", "bad 20");
  }

  /** Not what is pending is told by the ready log, but what was released: the rest follows. */
  @Test
  void anotherSchedulerGoesOnWhateverTheOneThatDiedHadSaved() throws IOException {
    in.send(Delayed.every(in.event("a"), EVERY_10_S, NOW, "a"));
    in.send(Delayed.every(in.event("b"), "*/20 * * * * ?", NOW));
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
    }
    in.now(NOW + 20_000);
    Scheduler died = in.scheduler();
    settle(died);
    died.abandon();
    try (Scheduler scheduler = in.scheduler()) {
      in.cancel("a");
      settle(scheduler);
      in.now(NOW + 40_000);
      settle(scheduler);
    }
    try (Stream<Path> files = Files.walk(in.path.resolve("streams/orders.ready/g1/p0/timers"))) {
      files.filter(Files::isRegularFile).forEach(RepetitionTest::delete);
    }
    in.now(NOW + 60_000);
    try (Scheduler scheduler = in.scheduler()) {
      settle(scheduler);
    }
    assertThat(in.released())
        .containsExactly("a 10000", "a 20000", "b 20000", "b 40000", "b 60000");
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void itEndsWhenRetentionTakesItsSegmentAndThatIsCounted() {
    in.writer.close();
    LogSettings small =
        LogSettings.defaults().withSegmentBytes(4096).withRetention(new Retention(-1, 4096));
    in.writer = in.store.openWriter(ScheduledStore.LOG, small, "producer");
    in.send(Delayed.every(in.event("tick"), EVERY_10_S, NOW));
    try (Scheduler scheduler = in.scheduler()) {
      in.now(NOW + 10_000);
      settle(scheduler);
    }
    while (in.store.stats(ScheduledStore.LOG).startOffset() == 0) {
      in.send(in.event(UUID.randomUUID().toString().repeat(30)));
    }
    try (Scheduler scheduler = in.scheduler()) {
      in.now(NOW + 100_000);
      settle(scheduler);
      assertThat(scheduler.metrics().missing()).isEqualTo(1);
      assertThat(scheduler.metrics().pending()).isZero();
    }
    assertThat(in.released()).containsExactly("tick 10000");
  }

  @Test
  void whatCannotRepeatIsRefusedWhereItIsMade() {
    assertThatThrownBy(() -> Delayed.every(in.event("a"), "61 * * * *", NOW))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("'61 * * * *'");
    assertThatThrownBy(() -> Delayed.every(in.event("a"), "0 0 0 1 1 ? 2020", NOW))
        .hasMessageContaining("0 0 0 1 1 ? 2020")
        .hasMessageContaining("" + NOW);
    assertThatThrownBy(() -> Delayed.at(in.event("a"), Event.NOT_DELAYED))
        .hasMessageContaining("due time");
    assertThatThrownBy(() -> settings().withCronHeader("")).hasMessageContaining("cron.header");
    assertThatThrownBy(() -> settings().withCronHeader(settings().idHeader()))
        .hasMessageContaining("cron.header");
  }

  @Test
  void makingAnEventAScheduledOneReplacesWhatItHadOfThat() {
    Event repeating = Delayed.every(in.event("a"), EVERY_10_S, NOW, "id");
    Event once = Delayed.at(repeating, NOW + 5);
    assertThat(once.headers()).isEqualTo(Headers.EMPTY);
    assertThat(once.dueTimeMs()).isEqualTo(NOW + 5);
    assertThat(Delayed.at(repeating, NOW, "other").headers().count()).isEqualTo(1);
  }
}
