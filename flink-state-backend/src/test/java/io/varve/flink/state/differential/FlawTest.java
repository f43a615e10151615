package io.varve.flink.state.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Histories find what is wrong, and nothing in a backend that is compared with itself. */
class FlawTest {
  private static final int SEEDS = 5;
  private static final int STEPS = 1200;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Flaw.class)
  void aFlawIsFoundByOneOfAFewSeeds(Flaw flaw) throws IOException {
    String found = null;
    for (long seed = 0; seed < SEEDS && found == null; seed++) {
      try {
        new History(seed, STEPS, settings -> new HashMapStateBackend(), flaw)
            .run(Files.createDirectory(folder.resolve("seed" + seed)));
      } catch (AssertionError e) {
        found = e.getMessage();
      }
    }
    if (flaw == Flaw.NONE) {
      assertThat(found).isNull();
    } else {
      assertThat(found).contains("-Dvarve.state.seed=").contains("Last was:");
    }
  }
}
