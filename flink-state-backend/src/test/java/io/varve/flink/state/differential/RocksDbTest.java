package io.varve.flink.state.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink's two backends agree, so what histories ask is what Flink promises. */
class RocksDbTest {
  private static final int SEEDS = 4;
  private static final int STEPS = 1000;

  @TempDir Path folder;

  @Test
  void rocksDbAnswersAsTheHeapBackend() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      new History(
              seed,
              STEPS,
              settings ->
                  new EmbeddedRocksDBStateBackend()
                      .configure(settings, getClass().getClassLoader()),
              Flaw.NONE)
          .run(Files.createDirectory(folder.resolve("seed" + seed)));
    }
  }
}
