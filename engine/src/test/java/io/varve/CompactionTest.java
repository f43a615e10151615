package io.varve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.format.Codec;
import io.varve.testkit.CrashDisk;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void appendsAndReadersGoOnBesideItOnRealFiles(@TempDir Path folder) throws Exception {
    Map<String, String> written = new HashMap<>();
    Map<String, String> followed = new HashMap<>();
    StoreSettings settings = StoreSettings.defaults().withMaintenanceMs(5);
    try (Store store = Store.open(folder, settings);
        LogWriter writer =
            store.openWriter(
                CompactionRun.LOG, CompactionRun.SETTINGS.withSegmentBytes(64 << 10), "test");
        LogReader follower = store.openReader(CompactionRun.LOG, ReadRange.all())) {
      Random random = new Random(1);
      for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 200; i++) {
          String key = "key " + random.nextInt(500);
          String value = round + "." + i;
          writer.append(
              Event.of(writer.nextOffset(), 1, key.getBytes(UTF_8), value.getBytes(UTF_8)));
          written.put(key, value);
        }
        writer.commit().get();
        note(follower, followed);
      }
      await().until(() -> writer.metrics().compaction().passes() > 1);
      assertThat(writer.failure()).isNull();
      assertThat(writer.metrics().compaction().failures()).isZero();
      note(follower, followed);
      assertThat(followed).isEqualTo(written);
      try (LogReader anew = store.openReader(CompactionRun.LOG, ReadRange.all())) {
        Map<String, String> found = new HashMap<>();
        assertThat(note(anew, found)).isLessThan(200 * 200);
        assertThat(found).isEqualTo(written);
      }
    }
  }

  private static int note(LogReader reader, Map<String, String> values) {
    int events = 0;
    while (reader.next()) {
      Event event = reader.event().toEvent();
      values.put(new String(event.key(), UTF_8), new String(event.value(), UTF_8));
      events++;
    }
    return events;
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
      // With 100 keys more than the smallest memory holds at a time.
      int keys = random.nextInt(3) == 0 ? 100 : 8;
      StringBuilder script = new StringBuilder();
      String letters = "AAAaccmmmmmrrRxwKTz";
      for (int i = 10 + random.nextInt(60); i > 0; i--) {
        script.append(letters.charAt(random.nextInt(letters.length())));
      }
      try {
        CompactionRun run =
            new CompactionRun(new CrashDisk(), settings, store, seed).withKeys(keys);
        run.run(script.toString());
        run.run("c");
        run.check();
        CompactionRun last =
            new CompactionRun(
                    new CrashDisk(),
                    settings.withCompaction(CompactionRun.SETTINGS.compaction()),
                    store,
                    seed)
                .withKeys(keys);
        last.run(script + "c");
        last.checkFullyCompacted();
        last.close();
      } catch (RuntimeException | AssertionError e) {
        fail("Run '" + script + "' with seed " + seed + ", " + settings + ", " + store, e);
      }
    }
  }
}
