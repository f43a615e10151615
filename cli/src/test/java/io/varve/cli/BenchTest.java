package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchTest {

  @TempDir Path folder;

  @Test
  void measuresEachSizeAndCleansUp() throws Exception {
    Run run =
        Run.of(
            "bench", folder, "--volume", 1, "--syncs", 5, "--size", 100, "--size", 1000, "--json");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    JsonNode rows = new ObjectMapper().readTree(run.out());
    assertThat(rows).hasSize(2);
    assertThat(rows.get(1).get("event").asInt()).isEqualTo(1000);
    assertThat(rows.get(1).get("appended").asLong()).isPositive();
    assertThat(rows.get(1).get("sync_p50").asLong()).isPositive();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesSizesThatAreNone() {
    assertThat(Run.of("bench", folder, "--size", 0).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }
}
