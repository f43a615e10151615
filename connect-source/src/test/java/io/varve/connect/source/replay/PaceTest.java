package io.varve.connect.source.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.connect.source.config.Speed;
import org.junit.jupiter.api.Test;

final class PaceTest {

  private static final long NOW = 77_000_000;
  private static final long MS = 1_000_000;

  private static Pace begunAt(long timestampMs, double factor, long gapMsMax) {
    Pace pace = new Pace(new Speed(factor, gapMsMax));
    assertThat(pace.dueNanos(timestampMs, NOW)).isEqualTo(NOW);
    pace.sent(timestampMs, NOW);
    return pace;
  }

  @Test
  void eventsAreAsFarApartAsTheyWereDividedByTheFactor() {
    assertThat(begunAt(1000, 1, -1).dueNanos(4000, NOW)).isEqualTo(NOW + 3000 * MS);
    assertThat(begunAt(1000, 60, -1).dueNanos(61_000, NOW)).isEqualTo(NOW + 1000 * MS);
    assertThat(begunAt(1000, 0.5, -1).dueNanos(2000, NOW)).isEqualTo(NOW + 2000 * MS);
  }

  @Test
  void aLateSenderCatchesUp() {
    Pace pace = begunAt(1000, 1, -1);
    pace.sent(2000, NOW + 5000 * MS);
    assertThat(pace.dueNanos(3000, NOW + 5000 * MS)).isEqualTo(NOW + 2000 * MS);
  }

  @Test
  void anEventOutOfOrderIsDueAtOnceAndTurnsNothingBack() {
    Pace pace = begunAt(5000, 1, -1);
    assertThat(pace.dueNanos(1000, NOW + 9)).isLessThanOrEqualTo(NOW + 9);
    pace.sent(1000, NOW + 9);
    assertThat(pace.dueNanos(6000, NOW + 9)).isEqualTo(NOW + 1000 * MS);
  }

  @Test
  void aGapIsNotLongerThanWanted() {
    Pace pace = begunAt(0, 1, 250);
    assertThat(pace.dueNanos(Long.MAX_VALUE / 2, NOW)).isEqualTo(NOW + 250 * MS);
    pace.sent(Long.MAX_VALUE / 2, NOW + 250 * MS);
    assertThat(pace.dueNanos(Long.MAX_VALUE / 2 + 100, NOW)).isEqualTo(NOW + 350 * MS);
  }

  @Test
  void aTimestampFarAheadDoesNotOverflow() {
    assertThat(begunAt(0, 1e-6, -1).dueNanos(Long.MAX_VALUE, NOW)).isGreaterThan(NOW + (1L << 60));
  }

  @Test
  void timeInWhichTheReplayWasHeldDoesNotCount() {
    Pace pace = begunAt(1000, 1, -1);
    pace.skip(10_000 * MS);
    assertThat(pace.dueNanos(2000, NOW)).isEqualTo(NOW + 11_000 * MS);
  }
}
