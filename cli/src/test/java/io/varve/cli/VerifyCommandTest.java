package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerifyCommandTest {

  @TempDir Path folder;

  @BeforeEach
  void fill() {
    Stores.orders(folder);
  }

  @Test
  void findsAStoreSound() {
    Run run = Run.of("verify", folder);

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("102 events in ").contains("2 logs").endsWith("all sound\n");
    assertThat(run.err()).isEmpty();
    assertThat(Run.of("verify", folder, "--json").out()).isEqualTo("[ ]\n");
  }

  @Test
  void tellsOfEachProblemWhereItIsAndWhatItTakesAway() throws Exception {
    Path segment = Stores.damagedSegment(folder);

    Run run = Run.of("verify", folder);

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(run.out())
        .contains(segment + " at byte 64\n  expected  a batch payload with CRC32C")
        .contains("  affected  orders-0 offsets 0 to ")
        .endsWith("1 problem\nvarve repair tells what could be kept without a backup\n");
    JsonNode problem = new ObjectMapper().readTree(Run.of("verify", folder, "--json").out()).get(0);
    assertThat(problem.get("file").asText()).isEqualTo(segment.toString());
    assertThat(problem.get("position").asInt()).isEqualTo(64);
  }

  @Test
  void catPrintsWhatStandsBeforeTheDamageAndThenSaysSo() throws Exception {
    Stores.damagedSegment(folder);

    Run run = Run.of("cat", folder, "orders/0");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(run.err()).startsWith("Corrupt file ").hasLineCount(1);
    assertThat(Run.of("cat", folder, "orders/0", "--debug").err()).contains("\tat io.varve.");
  }

  @Test
  void inspectsAFileInWordsAndInJson() throws Exception {
    Path segment = Stores.damagedSegment(folder);

    Run run = Run.of("inspect", segment);

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(run.out())
        .contains("           0  segment header  first offset 0, epoch 1")
        .contains("!         128  payload         expected a batch payload")
        .contains("footer");
    JsonNode line =
        new ObjectMapper()
            .readTree(Run.of("inspect", folder.resolve("STORE"), "--json").lines()[1]);
    assertThat(line.get("text").asText()).isEqualTo("format version 1");
  }

  @Test
  void inspectRefusesWhatIsNoFile() {
    assertThat(Run.of("inspect", folder.resolve("nothing")).exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("inspect", folder).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }
}
