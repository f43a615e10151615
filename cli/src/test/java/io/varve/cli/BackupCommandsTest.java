package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupCommandsTest {

  @TempDir Path folder;

  private Path store;
  private Path repository;

  @BeforeEach
  void fill() {
    store = Stores.orders(folder.resolve("store"));
    repository = folder.resolve("backups");
  }

  @Test
  void backsUpListsAndRestores() throws Exception {
    Path restored = folder.resolve("restored");

    assertThat(Run.of("backup", store, repository).out()).startsWith("point 1: 102 events; ");
    assertThat(Run.of("backup", store, repository).out()).contains("; 0 files (0 B) copied, ");
    JsonNode points =
        new ObjectMapper().readTree(Run.of("backups", repository, "--verify", "--json").out());
    Run restore = Run.of("restore", repository, restored, "--point", 1);

    assertThat(points).hasSize(2);
    assertThat(points.get(1).get("events").asInt()).isEqualTo(102);
    assertThat(restore.exitCode()).as(restore.toString()).isZero();
    assertThat(Run.of("cat", restored, "orders").out())
        .isEqualTo(Run.of("cat", store, "orders").out());
    assertThat(Run.of("verify", restored).exitCode()).isZero();
  }

  @Test
  void dropsOldBackups() {
    Run.of("backup", store, repository);
    Run.of("backup", store, repository);

    assertThat(Run.of("backups", repository, "--keep", 1).lines()).hasSize(2);
  }

  @Test
  void tellsOfADamagedBackup() throws Exception {
    Run.of("backup", store, repository);
    Path copy =
        Stores.files(repository).stream()
            .filter(file -> file.toString().contains(".log."))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(copy);
    bytes[100] ^= 1;
    Files.write(copy, bytes);

    Run run = Run.of("backups", repository, "--verify");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(run.err()).contains(copy.toString());
  }

  @Test
  void makesListsAndDropsSnapshots() {
    assertThat(Run.of("snapshot", store, "monday").exitCode()).isZero();
    assertThat(Run.of("snapshot", store).lines()[1]).startsWith("monday  20").contains("  102  ");
    assertThat(Run.of("snapshot", store, "monday").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("backup", store, repository, "--snapshot", "monday").exitCode()).isZero();
    assertThat(Run.of("snapshot", store, "monday", "--drop").exitCode()).isZero();
    assertThat(Run.of("snapshot", store).lines()).hasSize(1);
  }

  @Test
  void listsSnapshotsForProgramsAndOneThatIsDamagedWithoutFigures() throws Exception {
    Run.of("snapshot", store, "monday");
    Run.of("snapshot", store, "tuesday");
    Path damaged =
        Stores.files(store).stream()
            .filter(file -> file.toString().endsWith("/p0/snapshots/monday.snapshot"))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[30] ^= 1;
    Files.write(damaged, bytes);

    Run run = Run.of("snapshot", store, "--json");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(run.err()).contains(damaged.toString());
    JsonNode snapshots = new ObjectMapper().readTree(run.out());
    assertThat(snapshots).hasSize(2);
    assertThat(snapshots.get(0).get("events").isNull()).isTrue();
    assertThat(snapshots.get(1).get("name").asText()).isEqualTo("tuesday");
    assertThat(snapshots.get(1).get("logs").asInt()).isEqualTo(2);
    assertThat(snapshots.get(1).get("events").asInt()).isEqualTo(102);
    assertThat(snapshots.get(1).get("bytes").asInt()).isPositive();
  }

  @Test
  void inspectsWhatABackupConsistsOf() throws Exception {
    Run.of("snapshot", store, "monday");
    Run.of("backup", store, repository);

    List<Path> files =
        Stores.files(folder).stream()
            .filter(file -> file.toString().matches(".*(REPOSITORY|/points/.*|\\.snapshot)"))
            .toList();

    assertThat(files).hasSizeGreaterThanOrEqualTo(4);
    for (Path file : files) {
      assertThat(Run.of("inspect", file).exitCode()).as("%s", file).isZero();
    }
  }

  @Test
  void refusesAFolderWithoutARepository() {
    assertThat(Run.of("backups", folder).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("restore", folder, folder.resolve("new")).exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("snapshot", store, "--drop").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }
}
