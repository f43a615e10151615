package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.varve.commit.LogSettings;
import io.varve.format.Codec;
import io.varve.testkit.CrashDisk;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compaction by key against the model of {@link CompactionRun}. */
final class CompactionTest {

  private static final int RANDOM_RUNS = 400;

  @Test
  void theLatestEventOfEachKeyAndAllWithoutOneStay() {
    CompactionRun run =
        new CompactionRun(new CrashDisk(), CompactionRun.SETTINGS, StoreSettings.defaults(), 1);
    run.run("AAAAAcm");
    run.run("mmm");
    assertThat(run.metrics().passes()).isPositive();
    assertThat(run.metrics().eventsRemoved()).isPositive();
    run.check();
    run.checkFullyCompacted();
    run.close();
  }

  @Test
  void randomRunsKeepWhatTheModelSays() {
    for (long seed = 0; seed < RANDOM_RUNS; seed++) {
      Random random = new Random(seed);
      LogSettings settings =
          CompactionRun.SETTINGS
              .withCodec(Codec.values()[random.nextInt(Codec.values().length)])
              .withSegmentBytes(4096 << random.nextInt(3))
              .withBatchBytes(1024 << random.nextInt(5))
              .withSegmentMs(1000 + random.nextInt(5000))
              .withCompaction(
                  CompactionRun.SETTINGS
                      .compaction()
                      .withDirtyRatioMin(random.nextInt(3) / 4.0)
                      .withLagMs(random.nextInt(3) * 1000L));
      StoreSettings store =
          StoreSettings.defaults()
              .withCompactionBytesPerSecond(64L << (10 + random.nextInt(6)))
              .withCompactionKeyBytesMax(random.nextBoolean() ? 1024 : 1 << 20);
      StringBuilder script = new StringBuilder();
      String letters = "AAAaccmmmmmrrRxwKTz";
      for (int i = 10 + random.nextInt(60); i > 0; i--) {
        script.append(letters.charAt(random.nextInt(letters.length())));
      }
      try {
        CompactionRun run = new CompactionRun(new CrashDisk(), settings, store, seed);
        run.run(script.toString());
        run.run("c");
        run.check();
        CompactionRun last =
            new CompactionRun(
                new CrashDisk(),
                settings.withCompaction(CompactionRun.SETTINGS.compaction()),
                store,
                seed);
        last.run(script + "c");
        last.checkFullyCompacted();
        last.close();
      } catch (RuntimeException | AssertionError e) {
        fail("Run '" + script + "' with seed " + seed + ", " + settings + ", " + store, e);
      }
    }
  }
}
