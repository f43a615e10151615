package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./varve} itself, as users start it, with the jars that the build has packed. */
@Tag("packed")
final class ScriptTest {

  private static final Path SCRIPT = Path.of("..", "varve").toAbsolutePath().normalize();

  @TempDir Path folder;
  private Path store;

  @BeforeEach
  void fill() {
    store = Stores.orders(folder.resolve("a store"));
  }

  @Test
  void printsTablesAndNothingElseFromWhateverFolder() throws Exception {
    Run run = varve("streams", "a store");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.lines()).hasSize(2);
    assertThat(run.lines()[1]).startsWith("orders  ");
  }

  @Test
  void passesArgumentsOnAsTheyAre() throws Exception {
    assertThat(varve("cat", store, "orders/0", "--key", "k 1").out()).isEmpty();
    assertThat(varve("cat", store, "orders/0", "--key", "k1", "--limit", "2").lines()).hasSize(2);
    assertThat(varve("streams", "").err()).isNotEmpty();
  }

  @Test
  void endsWithTheCommandsExitCode() throws Exception {
    assertThat(varve("streams", folder.resolve("nothing")).exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(varve("nonsense").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    Stores.damagedSegment(store);
    assertThat(varve("verify", store).exitCode()).isEqualTo(ExitCode.PROBLEMS);
  }

  @Test
  void endsWhenNobodyReadsItsOutputAnyMore() throws Exception {
    Run run =
        run(
            "bash",
            "-c",
            "set -o pipefail; '" + SCRIPT + "' cat \"$0\" orders/0 | head -n 1",
            store);

    assertThat(run.lines()).hasSize(1);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void completionIsAScriptThatBashTakes() throws Exception {
    Path completion = folder.resolve("completion");
    Files.writeString(completion, varve("completion").out());

    Run run =
        run("bash", "-c", "source \"$0\" && complete -p varve varve.sh 2>&1; true", completion);

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("_complete_varve");
  }

  private Run varve(Object... arguments) throws IOException, InterruptedException {
    List<Object> command = new ArrayList<>(List.of(SCRIPT));
    command.addAll(List.of(arguments));
    return run(command.toArray());
  }

  private Run run(Object... command) throws IOException, InterruptedException {
    Path err = folder.resolve("err");
    List<String> texts = new ArrayList<>();
    for (Object each : command) {
      texts.add(each.toString());
    }
    Process process =
        new ProcessBuilder(texts).directory(folder.toFile()).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out, Files.readString(err));
  }
}
