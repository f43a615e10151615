package io.varve.connect.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TakeBackTest {

  private final TakeBack takeBack = new TakeBack();

  private long seconds(long atSeconds) {
    long nanos = takeBack.waitNanos(TimeUnit.SECONDS.toNanos(atSeconds));
    return nanos == TakeBack.NEVER ? nanos : TimeUnit.NANOSECONDS.toSeconds(nanos);
  }

  @Test
  void waitsLongerEachTimeAndGivesUpInTheEnd() {
    long now = -10;
    for (long expected : new long[] {1, 2, 4, 5, 5}) {
      assertThat(seconds(now)).isEqualTo(expected);
      now += expected;
    }
    assertThat(seconds(now)).isEqualTo(TakeBack.NEVER);
    assertThat(seconds(now + 119)).isEqualTo(TakeBack.NEVER);
    assertThat(TakeBack.advice()).contains("taken over 6 times");
  }

  @Test
  void aLogThatWasHeldForMinutesWasNotContested() {
    for (int i = 0; i < 5; i++) {
      seconds(i);
    }
    assertThat(seconds(4 + 120)).isEqualTo(1);
    assertThat(seconds(4 + 240)).isEqualTo(1);
    assertThat(seconds(4 + 241)).isEqualTo(2);
  }
}
