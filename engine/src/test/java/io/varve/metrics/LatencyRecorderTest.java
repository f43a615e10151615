package io.varve.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.testkit.ManualClock;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class LatencyRecorderTest {

  private static final long MS = 1_000_000;

  private final ManualClock clock = new ManualClock();
  private final LatencyRecorder recorder = new LatencyRecorder(clock);

  @Test
  void withoutAValueAllIsZero() {
    assertThat(recorder.latency()).isEqualTo(Latency.NONE);
  }

  @Test
  void oneValueIsAllOfThem() {
    assertThat(took(7)).isEqualTo(7 * MS);

    assertThat(recorder.latency()).isEqualTo(new Latency(1, 7 * MS, 7 * MS, 7 * MS, 7 * MS));
  }

  @Test
  void percentilesAreThoseOfTheSortedValues() {
    Random random = new Random(1);
    long[] values = random.longs(1000, 1_000, 80_000_000_000L).sorted().toArray();
    long[] mixed = values.clone();
    for (int i = mixed.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      long swapped = mixed[i];
      mixed[i] = mixed[j];
      mixed[j] = swapped;
    }
    Arrays.stream(mixed).forEach(nanos -> recorder.recordSince(clock.nanos() - nanos));

    Latency latency = recorder.latency();
    Percentage one = Percentage.withPercentage(1);
    assertThat(latency.count()).isEqualTo(1000);
    assertThat(latency.p50Nanos()).isCloseTo(values[499], one);
    assertThat(latency.p95Nanos()).isCloseTo(values[949], one);
    assertThat(latency.p99Nanos()).isCloseTo(values[989], one);
    assertThat(latency.maxNanos()).isEqualTo(values[999]);
  }

  @Test
  void whatIsOlderThanAMinuteIsForgotten() {
    took(500);
    clock.advanceMs(29_000);
    took(1);
    clock.advanceMs(29_000);
    took(1);

    assertThat(recorder.latency().count()).as("all of the last minute").isEqualTo(3);
    assertThat(recorder.latency().maxNanos()).isEqualTo(500 * MS);

    clock.advanceMs(10_000);
    assertThat(recorder.latency().count()).as("half a minute later").isEqualTo(1);
    assertThat(recorder.latency().maxNanos()).isEqualTo(MS);

    took(1);
    clock.advanceMs(60_000);
    assertThat(recorder.latency()).as("a minute without any").isEqualTo(Latency.NONE);
  }

  @Test
  void lookingTakesNothingAway() {
    took(3);

    assertThat(recorder.latency()).isEqualTo(recorder.latency());
    assertThat(recorder.latency().count()).isEqualTo(1);
  }

  @Test
  void noTimeIsTooLongOrTooShort() {
    recorder.recordSince(clock.nanos() - Long.MAX_VALUE / 2);
    recorder.recordSince(clock.nanos() + 5);

    Latency latency = recorder.latency();
    assertThat(latency.count()).isEqualTo(2);
    assertThat(latency.maxNanos()).isEqualTo(Long.MAX_VALUE / 2);
    assertThat(latency.p50Nanos()).isCloseTo(0, within(1000L));

    clock.advanceMs(30_000);
    took(1);
    assertThat(recorder.latency().count()).isEqualTo(3);
    assertThat(recorder.latency().maxNanos()).isEqualTo(Long.MAX_VALUE / 2);
  }

  /** Has something take so long. */
  private long took(long ms) {
    long startNanos = clock.nanos();
    clock.advanceMs(ms);
    return recorder.recordSince(startNanos);
  }
}
