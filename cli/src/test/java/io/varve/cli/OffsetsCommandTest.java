package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.replay.offsets.GroupOffsets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tool says of offsets without a cluster; with one see the module integration. */
final class OffsetsCommandTest {

  @TempDir Path folder;
  private Path store;

  @BeforeEach
  void fill() {
    store = Stores.orders(folder.resolve("store"));
  }

  @Test
  void showsWhatGroupsHaveCommitted() {
    try (GroupOffsets offsets = GroupOffsets.open(store)) {
      offsets.commit("b", "orders", Map.of(0, 6L));
      offsets.commit("a/1", "orders", Map.of(0, 7L, 1, 8L));
    }

    assertThat(Run.of("offsets", "show", store).lines())
        .containsExactly(
            "GROUP  STREAM  PARTITION  OFFSET  METADATA",
            "a/1    orders          0       7  -",
            "a/1    orders          1       8  -",
            "b      orders          0       6  -");
    assertThat(Run.of("offsets", "show", store, "b", "--json").out()).contains("\"offset\" : 6");
  }

  @Test
  void aDamagedGroupIsToldAndTheOthersAreShown() throws IOException {
    try (GroupOffsets offsets = GroupOffsets.open(store)) {
      for (String group : List.of("a", "b", "c")) {
        offsets.commit(group, "orders", Map.of(0, 6L));
      }
    }
    Path file = store.resolve("groups/b/00000000000000000001.group");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    Run run = Run.of("offsets", "show", store);
    assertThat(run.lines())
        .containsExactly(
            "GROUP  STREAM  PARTITION  OFFSET  METADATA",
            "a      orders          0       6  -",
            "c      orders          0       6  -");
    assertThat(run.err()).contains("groups/b/" + file.getFileName());
    assertThat(run.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(Run.of("offsets", "show", store, "c").exitCode()).isEqualTo(ExitCode.FINE);
    Run named = Run.of("offsets", "show", store, "b");
    assertThat(named.exitCode()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(named.err()).contains(file.getFileName().toString());
  }

  @Test
  void tellsHowItIsUsedAndWhatIsWrong() {
    assertThat(Run.of("offsets").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    Run without = Run.of("offsets", "import", store, "g");
    assertThat(without.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(without.err()).contains("--bootstrap-server");
    Run none = Run.of("offsets", "show", folder.resolve("none"));
    assertThat(none.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(none.err()).contains("there is no store");
    Run odd =
        Run.of(
            "offsets",
            "translate",
            store,
            "orders",
            "t",
            "g",
            "--into",
            "store",
            "--bootstrap-server",
            "127.0.0.1:1");
    assertThat(odd.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(odd.err()).contains("--back");
  }

  @Test
  void aStoreWithoutGroupsShowsNone() {
    Path empty = folder.resolve("empty");
    Store.open(empty, StoreSettings.defaults()).close();

    assertThat(Run.of("offsets", "show", empty).lines()).hasSize(1);
  }
}
