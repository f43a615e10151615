package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.Delayed;
import io.varve.LogWriter;
import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PendingTest {

  /** 2096-02-18T20:00:00Z: not in these tests. */
  private static final long FUTURE_MS = 3_980_433_600_000L;

  @TempDir Path folder;

  @BeforeEach
  void send() {
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      try (LogWriter writer = store.openWriter(Stores.ORDERS_0, Stores.small(), "test")) {
        writer.append(Delayed.at(event(0), FUTURE_MS + 2000, "late\n"));
        writer.append(Delayed.at(event(1), FUTURE_MS, "id-1"));
        writer.append(Delayed.every(event(2), "0 9 * * 1", FUTURE_MS, "weekly"));
        writer.append(Delayed.at(event(3), FUTURE_MS, "gone"));
        writer.append(Delayed.cancel(4, Stores.NOON_MS, null, "gone"));
        writer.append(event(5));
      }
      try (LogWriter writer = store.openWriter(Stores.ORDERS_1, Stores.small(), "test")) {
        writer.append(Delayed.at(event(0), FUTURE_MS + 1000));
      }
    }
  }

  private static Event event(long offset) {
    return Stores.numbered(offset);
  }

  @Test
  void showsWhatIsPendingInTheOrderOfDueTimes() {
    Run run = Run.of("pending", folder, "orders");

    assertThat(run.exitCode()).isZero();
    assertThat(run.lines()[0]).matches("PARTITION +DUE +OFFSET +ID +CRON +KEY");
    assertThat(run.lines()[1]).matches(" +0 +2096-02-18T20:00:00Z +1 +id-1 +- +k1");
    assertThat(run.lines()[2]).matches(" +1 +2096-02-18T20:00:01Z +0 +- +- +k0");
    assertThat(run.lines()[3]).matches(" +0 +2096-02-18T20:00:02Z +0 +late\\\\n +- +k0");
    assertThat(run.lines()[4]).matches(" +0 +2096-02-20T09:00:00Z +2 +weekly +0 9 \\* \\* 1 +k2");
    assertThat(run.lines()).hasSize(5);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void asksForAnIdATimeAndNoMoreThanSoMany() throws Exception {
    JsonNode weekly = json("pending", folder, "orders", "--id", "weekly", "--json");
    assertThat(weekly).hasSize(1);
    assertThat(weekly.get(0).get("offset").asLong()).isEqualTo(2);
    assertThat(weekly.get(0).get("cron").asText()).isEqualTo("0 9 * * 1");
    assertThat(Run.of("pending", folder, "orders", "--id", "gone").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);

    JsonNode some =
        json(
            "pending",
            folder,
            "orders",
            "--from",
            FUTURE_MS + 1,
            "--to",
            FUTURE_MS + 2000,
            "--json");
    assertThat(some).hasSize(1);
    assertThat(some.get(0).get("due").asText()).isEqualTo("2096-02-18T20:00:01Z");

    Run limited = Run.of("pending", folder, "orders", "--limit", 2);
    assertThat(limited.lines()).hasSize(3);
    assertThat(limited.err()).contains("There are more");
    Run next =
        Run.of(
            "pending", folder, "orders/0", "--from", FUTURE_MS, "--from-offset", 2, "--limit", 1);
    assertThat(next.lines()[1]).contains("20:00:02Z");
    assertThat(Run.of("pending", folder, "orders", "--limit", 0).exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("pending", folder, "none").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void counts() throws Exception {
    JsonNode rows = json("pending", folder, "orders", "--count", "--json");
    assertThat(rows.get(0).get("pending").asInt()).isEqualTo(3);
    assertThat(rows.get(1).get("pending").asInt()).isEqualTo(1);
    assertThat(Run.of("pending", folder, "orders/0", "--count", "--to", FUTURE_MS + 1).lines()[1])
        .matches(" +0 +1");
  }

  /** Beside the scheduler, which has saved and holds both logs, nothing is written. */
  @Test
  void looksAtWhatASchedulerThatRunsHasSaved() throws Exception {
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      store.openScheduler(Stores.ORDERS_0, SchedulerSettings.of("orders"), "scheduler").close();
      try (Scheduler scheduler =
          store.openScheduler(Stores.ORDERS_0, SchedulerSettings.of("orders"), "scheduler")) {
        scheduler.step();
        var before = Stores.files(folder);
        assertThat(json("pending", folder, "orders/0", "--json")).hasSize(3);
        assertThat(Stores.files(folder)).isEqualTo(before);
      }
    }
    assertThat(json("pending", folder, "orders/0", "--json")).hasSize(3);
  }

  @Test
  void aDamagedStateIsPassedOverAndADamagedLogTold() throws Exception {
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      store.openScheduler(Stores.ORDERS_0, SchedulerSettings.of("orders"), "scheduler").close();
    }
    for (Path file : Stores.files(folder)) {
      if (file.toString().endsWith(".pending")) {
        damage(file);
      }
    }
    assertThat(json("pending", folder, "orders/0", "--json")).hasSize(3);

    Stores.damagedSegment(folder);
    assertThat(Run.of("pending", folder, "orders/0").exitCode()).isEqualTo(ExitCode.PROBLEMS);
  }

  private static void damage(Path file) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private static JsonNode json(Object... arguments) throws Exception {
    Run run = Run.of(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.out());
  }
}
