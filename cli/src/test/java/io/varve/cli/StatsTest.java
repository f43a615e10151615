package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
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
  void looksAgainAndTellsTheRate() {
    Stores.orders(folder);

    Run run = Run.of("stats", folder, "--watch", "--interval", 0.01, "--times", 2);

    assertThat(run.lines()).hasSize(8);
    assertThat(run.lines()[4]).startsWith("STREAM  GENERATION  PARTITION  NEXT  RATE");
    assertThat(run.lines()[5]).matches("orders +1 +0 +100 +0 .*");
    assertThat(run.lines()[7]).endsWith("free on the store's disk");
  }

  @Test
  void refusesAnIntervalOfNothing() {
    Stores.orders(folder);

    assertThat(Run.of("stats", folder, "--watch", "--interval", 0).exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
  }
}
