package io.varve.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SparseIndexTest {

  /**
   * Blocks of as many events each, and such as differ by orders of magnitude, to the last offset.
   */
  @Test
  void everyOffsetIsFoundInTheBlockThatWalkingWouldFind() {
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      int count = 1 + seed % 200;
      long[] first = new long[count];
      long offset = random.nextInt(3);
      boolean even = seed % 5 == 0;
      SparseIndex.Builder builder = new SparseIndex.Builder(1);
      for (int i = 0; i < count; i++) {
        first[i] = offset;
        builder.add(offset, 64L + 100L * i, 0, 0);
        offset += even ? 20 : 1 + (random.nextLong() >>> (16 + random.nextInt(47)));
      }
      SparseIndex index = builder.blocks();
      for (int i = 0; i < count; i++) {
        for (long asked : new long[] {first[i] - 1, first[i], first[i] + 1, Long.MAX_VALUE}) {
          assertThat(index.blockOf(asked))
              .as("seed %d, offset %d", seed, asked)
              .isEqualTo(walked(first, asked));
        }
      }
    }
  }

  private static int walked(long[] first, long offset) {
    int block = 0;
    while (block + 1 < first.length && first[block + 1] <= offset) {
      block++;
    }
    return block;
  }
}
