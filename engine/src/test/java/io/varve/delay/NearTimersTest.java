package io.varve.delay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Timers are given in their order, also while the events of some are still being read. */
final class NearTimersTest {

  /** Seed 210 of the simulation gave it behind both. */
  @Test
  void oneThatComesWhileOthersWaitForABatchIsGivenBeforeThem() {
    NearTimers near = new NearTimers(0, 1);
    near.add(10, 0);
    Batch batch = Objects.requireNonNull(near.takeAhead(10, 5));
    near.add(10, 1);
    assertThat(near.next(20)).isFalse();
    assertThat(near.isAwaiting()).isTrue();
    near.add(5, 2);
    assertThat(near.next(20)).isTrue();
    assertThat(near.dueMs()).isEqualTo(5);
    batch.letGive(1);
    assertThat(near.next(20)).isTrue();
    assertThat(near.offset()).isZero();
    assertThat(near.next(20)).isTrue();
    assertThat(near.offset()).isEqualTo(1);
    assertThat(near.next(20)).isFalse();
  }
}
