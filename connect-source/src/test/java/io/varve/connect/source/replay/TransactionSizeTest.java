package io.varve.connect.source.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.connect.source.config.BatchLimits;
import org.junit.jupiter.api.Test;

final class TransactionSizeTest {

  private static final long MS = 1_000_000;

  private final TransactionSize size =
      new TransactionSize(new BatchLimits(1000, 1 << 20), new BatchLimits(5000, 3 << 20), 500);

  @Test
  void growsWhileFullOnesAreQuickUpToItsLimits() {
    size.sent(true, 100 * MS);
    assertThat(size.limits()).isEqualTo(new BatchLimits(2000, 2 << 20));
    size.sent(true, 100 * MS);
    assertThat(size.limits()).isEqualTo(new BatchLimits(4000, 3 << 20));
    size.sent(true, 100 * MS);
    assertThat(size.limits()).isEqualTo(new BatchLimits(5000, 3 << 20));
  }

  @Test
  void staysWhenItTakesAboutAsLongAsWantedOrIsNotFull() {
    size.sent(true, 600 * MS);
    size.sent(false, 10 * MS);
    assertThat(size.limits()).isEqualTo(new BatchLimits(1000, 1 << 20));
  }

  @Test
  void shrinksWhenItTakesLong() {
    size.sent(true, 2000 * MS);
    assertThat(size.limits()).isEqualTo(new BatchLimits(500, 1 << 19));
    for (int i = 0; i < 40; i++) {
      size.sent(true, 2000 * MS);
    }
    assertThat(size.limits()).isEqualTo(new BatchLimits(100, 64 << 10));
  }

  @Test
  void neverExceedsWhatTheUserAllows() {
    TransactionSize small =
        new TransactionSize(new BatchLimits(1000, 1 << 20), new BatchLimits(10, 100), 500);
    assertThat(small.limits()).isEqualTo(new BatchLimits(10, 100));
    small.sent(true, 5000 * MS);
    assertThat(small.limits()).isEqualTo(new BatchLimits(10, 100));
    small.sent(true, 0);
    assertThat(small.limits()).isEqualTo(new BatchLimits(10, 100));
  }
}
