package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RepairCommandTest {

  @TempDir Path folder;

  @BeforeEach
  void fill() {
    Stores.orders(folder);
  }

  @Test
  void findsNothingToRepair() {
    assertThat(Run.of("repair", folder)).isEqualTo(new Run(0, "nothing is damaged\n", ""));
  }

  @Test
  void tellsWhatWouldBeLostAndThenLosesOnlyThat() throws Exception {
    Path segment = Stores.damagedSegment(folder);
    byte[] damaged = Files.readAllBytes(segment);

    Run plan = Run.of("repair", folder);

    assertThat(plan.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(plan.out())
        .startsWith("orders-0:\n")
        .contains(", lost ")
        .contains(" events, offsets 0 to ");
    assertThat(Files.readAllBytes(segment)).isEqualTo(damaged);

    Run repair = Run.of("repair", folder, "--apply");

    assertThat(repair.exitCode()).as(repair.toString()).isZero();
    assertThat(repair.out()).contains("repaired; ");
    Run verify = Run.of("verify", folder);
    assertThat(verify.exitCode()).as(verify.toString()).isZero();
    assertThat(verify.out())
        .startsWith("orders-0: a repair of " + segment.getFileName() + " has lost ")
        .doesNotContain("/damaged");
    assertThat(Run.of("verify", folder, "--json"))
        .satisfies(json -> assertThat(json.out()).isEqualTo("[ ]\n"))
        .satisfies(json -> assertThat(json.err()).startsWith("orders-0: a repair of "));
    assertThat(Run.of("cat", folder, "orders/0").out().lines().toList())
        .hasSizeBetween(80, 99)
        .last()
        .asString()
        .startsWith("99\t");
    Path loss =
        Stores.files(folder).stream()
            .filter(file -> file.toString().endsWith(".lost"))
            .findFirst()
            .orElseThrow();
    assertThat(Run.of("inspect", loss).out()).contains("from offset 0, below ");
  }

  @Test
  void tellsProgramsOfEachFileWhatWouldBeLost() throws Exception {
    Path segment = Stores.damagedSegment(folder);
    Path index =
        Stores.files(folder).stream()
            .filter(file -> file.toString().endsWith(".idx"))
            .filter(file -> file.toString().contains("/p1/"))
            .findFirst()
            .orElseThrow();
    Files.delete(index);

    Run run = Run.of("repair", folder, "--json");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    JsonNode files = new ObjectMapper().readTree(run.out());
    assertThat(files).hasSize(2);
    JsonNode first = files.get(0);
    assertThat(first.get("file").asText()).isEqualTo(segment.getFileName().toString());
    assertThat(first.get("lost").asInt()).isPositive();
    assertThat(first.get("offsets").get(0).get(0).asInt()).isZero();
    assertThat(first.get("offsets").get(0).get(1).asInt()).isEqualTo(first.get("lost").asInt() - 1);
    assertThat(files.get(1).get("file").asText()).isEqualTo(index.getFileName().toString());
    assertThat(files.get(1).get("partition").asInt()).isEqualTo(1);
    assertThat(files.get(1).get("lost").asInt()).isZero();
  }

  @Test
  void saysWhatToDoIfTheManifestIsGone() throws Exception {
    for (Path file : Stores.files(folder)) {
      if (file.toString().contains("/p0/manifest/")) {
        Files.delete(file);
      }
    }

    Run run = Run.of("repair", folder, "--apply");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(run.out())
        .contains("orders-0:\n  beyond repair: ")
        .contains("varve restore")
        .endsWith("nothing else is damaged\n");
    assertThat(Run.of("verify", folder).out()).contains("affected  orders-0 from offset 0");
    assertThat(Run.of("repair", folder, "--json").out()).contains("\"repair\" : \"none\"");
  }
}
