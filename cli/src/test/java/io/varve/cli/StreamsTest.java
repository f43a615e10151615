package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StreamsTest {

  @TempDir Path folder;

  @Test
  void addsTheFiguresOfAllPartitionsUp() throws Exception {
    Run run = Run.of("streams", Stores.orders(folder), "--json");

    assertThat(run.exitCode()).isZero();
    JsonNode row = new ObjectMapper().readTree(run.out()).get(0);
    assertThat(row.get("stream").asText()).isEqualTo("orders");
    assertThat(row.get("partitions").asInt()).isEqualTo(2);
    assertThat(row.get("events").asInt()).isEqualTo(102);
    assertThat(row.get("start").asInt()).isZero();
    assertThat(row.get("next").asInt()).isEqualTo(100);
    assertThat(row.get("from").asText()).isEqualTo("2026-11-20T12:00:00Z");
    assertThat(row.get("to").asText()).isEqualTo("2026-11-20T12:01:39Z");
    assertThat(row.get("writer").isNull()).isTrue();
    assertThat(row.get("readers").asInt()).isZero();
  }

  @Test
  void hasALineForEachPartitionIfAsked() {
    Run run = Run.of("streams", Stores.orders(folder), "--partitions");

    assertThat(run.lines()).hasSize(3);
    assertThat(run.lines()[0]).startsWith("STREAM  GENERATION  PARTITION  EVENTS");
    assertThat(run.lines()[2]).startsWith("orders           1          1       2      5     8");
  }

  @Test
  void tellsWhoWritesAndReadsAndSeesWhatIsNotSealedYet() throws Exception {
    Path path = Stores.orders(folder);
    try (Store store = Store.open(path, StoreSettings.defaults());
        LogWriter writer = store.openWriter(Stores.ORDERS_0, Stores.small(), "archive");
        LogReader reader = store.openReader(Stores.ORDERS_0, ReadRange.all())) {
      writer.append(Stores.numbered(1000));
      writer.sync();

      JsonNode row = new ObjectMapper().readTree(Run.of("streams", path, "--json").out()).get(0);

      assertThat(row.get("writer").asText())
          .isEqualTo(
              "'archive' (process "
                  + ProcessHandle.current().pid()
                  + " on "
                  + Files.readString(Path.of("/proc/sys/kernel/hostname")).strip()
                  + ")");
      assertThat(row.get("readers").asInt()).isEqualTo(1);
      assertThat(row.get("next").asInt()).isEqualTo(1001);
      assertThat(row.get("to").asText()).isEqualTo("2026-11-20T12:16:40Z");
      assertThat(reader.next()).isTrue();
    }
  }

  @Test
  void leavesADamagedLogOutAndSaysSo() throws Exception {
    Path manifest =
        Stores.files(Stores.orders(folder)).stream()
            .filter(file -> file.toString().contains("p0/manifest/"))
            .findFirst()
            .orElseThrow();
    Files.write(manifest, new byte[100]);

    Run run = Run.of("streams", folder, "--partitions");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(run.lines()).hasSize(2);
    assertThat(run.err()).contains(manifest.toString()).hasLineCount(1);
  }

  @Test
  void leavesNothingBehind() throws Exception {
    List<Path> before = Stores.files(Stores.orders(folder));

    Run.of("streams", folder);

    assertThat(Stores.files(folder)).isEqualTo(before);
  }

  @Test
  void refusesAFolderThatIsNoStoreInOneLine() {
    Run run = Run.of("streams", folder.resolve("nowhere"));

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("there is no store").hasLineCount(1);
  }

  @Test
  void tellsWrongUsageFromTheRest() {
    assertThat(Run.of("streams").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("streams", "--nonsense").err()).contains("see varve streams --help");
    assertThat(Run.of().out()).contains("Commands:").contains("streams");
  }

  @Test
  void completesInAShell() {
    assertThat(Run.of("completion").out()).contains("complete -F").contains("--partitions");
  }
}
