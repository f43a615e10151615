package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(plan.out()).startsWith("orders-0:\n").contains(" lost, offsets 0 to ");
    assertThat(Files.readAllBytes(segment)).isEqualTo(damaged);

    Run repair = Run.of("repair", folder, "--apply");

    assertThat(repair.exitCode()).as(repair.toString()).isZero();
    assertThat(repair.out()).contains("repaired; ");
    Run verify = Run.of("verify", folder);
    assertThat(verify.exitCode()).as(verify.toString()).isZero();
    assertThat(verify.out()).doesNotContain("/damaged");
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
}
