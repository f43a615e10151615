package io.varve.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process whose log stores ids once is killed at random moments, with RocksDB on a real disk. In
 * the end the log is what it would be without that. {@code -Dvarve.kills=N}: how often; {@code
 * -Dvarve.kill.seed=N}: after how many answers.
 */
final class DedupKillTest {

  private static final int KILLS =
      Integer.getInteger("varve.kills", Boolean.getBoolean("nightly") ? 200 : 8);
  private static final int EVENTS_PER_LIFE = 12_000;

  @TempDir Path folder;

  @Test
  void theLogHasFirstCopiesHoweverOftenItsWriterIsKilled() throws Exception {
    long seed = Long.getLong("varve.kill.seed", System.nanoTime());
    System.out.println("Seed of the kills: " + seed);
    Random random = new Random(seed);
    int count = KILLS * EVENTS_PER_LIFE;
    for (int kill = 0; kill < KILLS; kill++) {
      try (Child writer = Child.start(DedupProcess.class, folder.toString(), "" + count)) {
        for (int left = random.nextInt(EVENTS_PER_LIFE / 97); left > 0; left--) {
          assertThat(writer.line()).matches("durable \\d+");
        }
        writer.kill();
      }
    }
    try (Child writer = Child.start(DedupProcess.class, folder.toString(), "" + count)) {
      String line = writer.line();
      while (line.startsWith("durable ")) {
        line = writer.line();
      }
      assertThat(line).isEqualTo("done");
    }
    List<Long> offsets = new ArrayList<>();
    try (Store store = Store.openReadOnly(folder);
        LogReader reader = store.openReader(DedupProcess.LOG, ReadRange.all())) {
      while (reader.next()) {
        offsets.add(reader.event().offset());
      }
    }
    DedupProcess.SOURCE.check(offsets, count);
  }
}
