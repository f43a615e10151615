package io.varve.flink.state.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;

/** What a seed has happen to a job of a subject and the reference. */
final class History {
  private static final List<Integer> KEY_GROUPS = List.of(1, 3, 10, 128, 129, 1000);
  private static final List<Integer> MEMORY_MIB = List.of(2, 4, 8);

  /** Gives the backend under test, set up as said. */
  interface Subjects {
    StateBackend with(Configuration settings);
  }

  private final long seed;
  private final int steps;
  private final Subjects subjects;
  private final Flaw flaw;

  History(long seed, int steps, Subjects subjects, Flaw flaw) {
    this.seed = seed;
    this.steps = steps;
    this.subjects = subjects;
    this.flaw = flaw;
  }

  /** Fails with the first difference, and how to see it again. */
  void run(Path folder) throws IOException {
    Dice dice = new Dice(seed);
    Chronicle chronicle = new Chronicle();
    Job<?> job = job(dice, chronicle, Keys.of(seed), folder);
    try {
      job.open();
      for (int i = 0; i < steps; i++) {
        chronicle.next();
        Step.any(dice).on(job);
      }
      Contents.compareAll(job);
      job.close();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "Seed %d, step %d: %s%nAgain by -Dvarve.state.seed=%d -Dvarve.state.steps=%d%nLast was:%n  %s"
              .formatted(
                  seed,
                  chronicle.step(),
                  e instanceof AssertionError ? e.getMessage() : e,
                  seed,
                  steps,
                  chronicle),
          e);
    }
  }

  private <K> Job<K> job(Dice dice, Chronicle chronicle, Keys<K> keys, Path folder)
      throws IOException {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, !dice.oneIn(4));
    int keyGroups = dice.of(KEY_GROUPS);
    long memory = Long.getLong("varve.state.memoryMiB", dice.of(MEMORY_MIB)) << 20;
    Clock clock = new Clock();
    chronicle.note(
        "keys of %s in %d groups, memory of %d bytes".formatted(keys.name(), keyGroups, memory));
    Side subject =
        Side.of(
            "subject",
            () -> subjects.with(settings),
            new Vault(dice.oneIn(2), flaw.deletes()),
            flaw.clock(clock),
            Files.createDirectory(folder.resolve("subject")),
            memory,
            Excuse.of(subjects.with(settings)));
    Side reference =
        Side.of(
            "reference",
            HashMapStateBackend::new,
            new Vault(false, true),
            clock,
            Files.createDirectory(folder.resolve("reference")),
            memory,
            Set.of());
    return new Job<>(dice, keys, keyGroups, clock, subject, reference, chronicle, flaw);
  }
}
