package io.varve.examples.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.examples.input.InputException;
import io.varve.examples.report.TimeRange;
import java.time.Instant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SliceChoiceTest {
  private static final long DAY_MS = 24L * 3600 * 1000;
  private static final long FIRST_MS = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();

  @Test
  void byDefaultTheYearInTheMiddleIsTaken() {
    TimeRange slice = new SliceChoice(null, null).of(days(20 * 365));
    assertThat(slice).hasToString("2009-01-01 to 2010-01-01");
  }

  @Test
  void eventsOfOneDayAreCutInTheMiddle() {
    long[] times = LongStream.range(0, 100).map(i -> FIRST_MS + i).toArray();
    assertThat(new SliceChoice(null, null).of(times))
        .isEqualTo(new TimeRange(FIRST_MS + 40, FIRST_MS + 60));
  }

  @Test
  void aSliceIsNeverEmpty() {
    assertThat(new SliceChoice(null, null).of(new long[] {FIRST_MS, FIRST_MS}))
        .isEqualTo(new TimeRange(FIRST_MS, FIRST_MS + 1));
  }

  @Test
  void oneYearWithMostEventsIsCutToo() {
    long[] times =
        LongStream.concat(LongStream.of(0), LongStream.range(0, 99).map(i -> FIRST_MS + i))
            .toArray();
    assertThat(new SliceChoice(null, null).of(times).startMs()).isGreaterThan(FIRST_MS);
  }

  @Test
  void oneEndMayBeLeftOut() {
    long[] times = days(10);
    assertThat(new SliceChoice("2000-01-03", null).of(times).endMs())
        .isEqualTo(FIRST_MS + 9 * DAY_MS + 1);
    assertThat(new SliceChoice(null, "2000-01-03").of(times).startMs()).isEqualTo(FIRST_MS);
  }

  @Test
  void aRangeThatMakesNoSenseIsRefused() {
    assertRefused("2000-01-03", "2000-01-03", "would end before it starts");
    assertRefused("2010-01-01", null, "would end before it starts");
    assertRefused("2010-01-01", "2011-01-01", "no event is in the slice");
    assertRefused("soon", null, "is not a time");
  }

  private static void assertRefused(String from, String to, String message) {
    assertThatThrownBy(() -> new SliceChoice(from, to).of(days(10)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static long[] days(int count) {
    return LongStream.range(0, count).map(day -> FIRST_MS + day * DAY_MS).toArray();
  }
}
