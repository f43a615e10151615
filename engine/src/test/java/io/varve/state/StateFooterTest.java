package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.format.Fixed64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How large a footer may become is known before it is made. */
final class StateFooterTest {

  @Test
  void aFootersBytesAreNeverMoreThanIsTold() {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      StateFooter.Builder footer = new StateFooter.Builder();
      int pages = random.nextInt(400);
      int keyGroups = 1 + random.nextInt(200);
      int tables = 1 + random.nextInt(3);
      for (int page = 0; page < pages; page++) {
        footer.page(Page.BYTES);
        int size = 32 << random.nextInt(10);
        for (int at = 0; at + size <= Page.BYTES; at += size) {
          footer.record(random.nextInt(keyGroups), random.nextInt(tables), at, size, 7);
        }
      }
      long told = footer.bytesMax();
      int bytes = footer.finish(64, List.of()).remaining() - Fixed64.BYTES;
      assertThat(told).as("seed %d", seed).isBetween((long) bytes, 2L * bytes + 64);
    }
  }

  @Test
  void countsTheBytesOfVarints() {
    assertThat(StateFooter.varintBytes(0)).isEqualTo(1);
    assertThat(StateFooter.varintBytes(127)).isEqualTo(1);
    assertThat(StateFooter.varintBytes(128)).isEqualTo(2);
    assertThat(StateFooter.varintBytes((1L << 28) - 1)).isEqualTo(4);
    assertThat(StateFooter.varintBytes(1L << 28)).isEqualTo(5);
    assertThat(StateFooter.varintBytes(Integer.MAX_VALUE)).isEqualTo(5);
  }

  /** Of such a file there is only what it would take: as many records as an array has room for. */
  @Test
  void aFileIsFullWhileOneMorePageAndAllTimestampsFit() {
    int pageRecords = Page.BYTES / RecordLayout.BYTES_MIN;
    long pageBytesMax = 4 + pageRecords * (12L + 5 + 5 + 4);
    long timestampsMax = Short.BYTES + (1L << Short.SIZE) * (64 + 8 * Timestamps.SAMPLE_MAX);
    assertThat(StateFooter.FOOTER_BYTES_FULL + pageBytesMax + timestampsMax)
        .isLessThanOrEqualTo(1 << 30);
  }
}
