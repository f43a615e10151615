package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CleanerTest {

  @TempDir Path folder;

  private final ByteSpan target = new ByteSpan();

  @ParameterizedTest
  @CsvSource({"1, 1048576", "2, 2097152", "3, 16777216"})
  void diskUseStaysNearWhatIsAlive(long seed, long memoryBytes) throws Exception {
    Random random = new Random(seed);
    try (TestStores stores = new TestStores(folder, memoryBytes)) {
      StateStore store = stores.open(0, 7);
      byte[][] model = new byte[20_000][];
      double worst = 0;
      CopiedSnapshot last = null;
      byte[][] lastModel = null;
      for (int step = 0; step < 400_000; step++) {
        int number = random.nextInt(model.length);
        byte[] value = new byte[100 + random.nextInt(900)];
        random.nextBytes(value);
        store.values(1).put(number % 8, key(number), new ByteSpan().wrap(value));
        model[number] = value;
        check(store, model, random.nextInt(model.length));
        if (step % 10_007 == 10_006) {
          last = last == null ? new CopiedSnapshot(store.snapshot()) : new CopiedSnapshot(store.snapshot(), last);
          lastModel = model.clone();
          assertThat(last.files).hasSizeLessThanOrEqualTo(Cleaner.SNAPSHOT_FILES_MAX);
        }
        if (step % 1000 == 0 && step > 100_000) {
          worst = Math.max(worst, (double) bytesOf(folder) / store.metrics().liveBytes());
        }
        if (step % 20_000 == 0) System.out.printf("%d disk %.2f files %d%n", step, (double) bytesOf(folder) / store.metrics().liveBytes(), store.metrics().files());
      }
      System.out.println("worst " + worst);
      for (int i = 0; i < model.length; i++) {
        check(store, model, i);
      }
      store.close();
      store = stores.restore(0, 7, List.of(last.restored()));
      for (int i = 0; i < model.length; i++) {
        check(store, lastModel, i);
      }
      store.close();
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  private void check(StateStore store, byte[][] model, int number) {
    byte[] expected = model[number];
    assertThat(store.values(1).get(number % 8, key(number), target)).isEqualTo(expected != null);
    if (expected != null) {
      assertThat(target.toArray()).isEqualTo(expected);
    }
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(("key " + number).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static long bytesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes = 0;
      for (Path file : (Iterable<Path>) files::iterator) {
        try { 
        bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (java.nio.file.NoSuchFileException e) {}
      }
      return bytes;
    }
  }
}
