package io.varve.flink.state.differential;

import io.varve.flink.state.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens to it, the subject answers as Flink's heap backend does.
 *
 * <p>{@code -Dvarve.state.seed=N} runs one seed, {@code -Dvarve.state.seeds=N} the first so many,
 * each of {@code -Dvarve.state.steps=N}; {@code -Dvarve.state.memoryMiB=N} gives each backend that
 * much managed memory.
 */
class DifferentialTest {
  private static final int SEEDS = Boolean.getBoolean("nightly") ? 700 : 8;
  private static final int STEPS = 3000;

  @TempDir Path folder;

  @Test
  void whateverHappensTheSubjectAnswersAsTheHeapBackend() throws IOException {
    Long one = Long.getLong("varve.state.seed");
    int steps = Integer.getInteger("varve.state.steps", STEPS);
    long seeds = one != null ? 1 : Long.getLong("varve.state.seeds", SEEDS);
    for (long number : LongStream.range(0, seeds).toArray()) {
      long seed = one != null ? one : number;
      new History(seed, steps, Subject::backend, Flaw.NONE)
          .run(Files.createDirectory(folder.resolve("seed" + seed)));
    }
    System.out.println("Histories compared: " + seeds + " of " + steps + " steps");
  }
}
