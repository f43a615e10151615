package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.LogReader;
import io.varve.LogStats;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StatsTest {

  @TempDir Path folder;

  @Test
  void showsHowFarLogsAndReadersAre() throws Exception {
    Stores.orders(folder);
    try (Store store = Store.openReadOnly(folder);
        LogReader reader = store.openReader(Stores.ORDERS_0, ReadRange.offsets(90, 100))) {
      JsonNode row = new ObjectMapper().readTree(Run.of("stats", folder, "--json").out()).get(0);

      assertThat(reader.next()).isTrue();
      assertThat(row.get("next").asInt()).isEqualTo(100);
      assertThat(row.get("lags").get(0).asInt()).isEqualTo(10);
      assertThat(row.get("rate").isNull()).isTrue();
    }
  }

  @Test
  void showsWhatWaitsToBeCompactedAndWhatIsKeptForReaders() throws Exception {
    Stores.orders(folder);
    try (Store store = Store.open(folder, StoreSettings.defaults().withMaintenanceMs(5));
        LogReader reader = store.openReader(Stores.ORDERS_0, ReadRange.all())) {
      LogSettings compacting = Stores.small().withCompaction(Compaction.ON.withDirtyRatioMin(0));
      try (LogWriter writer = store.openWriter(Stores.ORDERS_0, compacting, "test")) {
        await().until(() -> writer.metrics().compaction().passes() > 0);
      }
      Stores.append(store, Stores.ORDERS_0, Stores.numbered(100, 150));
      JsonNode rows = new ObjectMapper().readTree(Run.of("stats", folder, "--json").out());

      LogStats stats = store.stats(Stores.ORDERS_0);
      assertThat(reader.position()).isZero();
      assertThat(rows.get(0).get("dirty").asLong()).isEqualTo(stats.dirtyBytes()).isPositive();
      assertThat(rows.get(0).get("kept").asLong()).isEqualTo(stats.retiredBytes()).isPositive();
      assertThat(rows.get(1).get("dirty").isNull()).as("never compacted").isTrue();
      assertThat(rows.get(1).get("kept").asLong()).isZero();
    }
  }

  @Test
  void showsSoundLogsBesideADamagedOne() throws Exception {
    Stores.orders(folder);
    Path manifest =
        Stores.files(folder).stream()
            .filter(file -> file.toString().contains("/p0/manifest/"))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(manifest);
    bytes[40] ^= 1;
    Files.write(manifest, bytes);

    Run run = Run.of("stats", folder, "--json");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    JsonNode rows = new ObjectMapper().readTree(run.out());
    assertThat(rows.get(0).get("next").isNull()).isTrue();
    assertThat(rows.get(0).get("damaged").asText()).isEqualTo(manifest.toString());
    assertThat(rows.get(1).get("next").asInt()).isEqualTo(8);
    assertThat(rows.get(1).get("damaged").isNull()).isTrue();
  }

  @Test
  void showsWhatRepairsHaveLost() throws Exception {
    Stores.orders(folder);
    Stores.damagedSegment(folder);
    Run.of("repair", folder, "--apply");

    Run run = Run.of("stats", folder, "--json");

    assertThat(run.exitCode()).isZero();
    JsonNode rows = new ObjectMapper().readTree(run.out());
    assertThat(rows.get(0).get("lost").asInt()).isPositive();
    assertThat(rows.get(1).get("lost").asInt()).isZero();
  }

  @Test
  void looksAgainAndTellsTheRate() {
    Stores.orders(folder);

    Run run = Run.of("stats", folder, "--watch", "--interval", 0.01, "--times", 2);

    assertThat(run.lines()).hasSize(8);
    assertThat(run.lines()[4]).startsWith("STREAM  GENERATION  PARTITION  NEXT  RATE");
    assertThat(run.lines()[5]).matches("orders +1 +0 +100 +0 .* KiB +0 B +- +0 B .*");
    assertThat(run.lines()[7]).endsWith("free on the store's disk");
  }

  @Test
  void refusesAnIntervalOfNothing() {
    Stores.orders(folder);

    assertThat(Run.of("stats", folder, "--watch", "--interval", 0).exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
  }
}
