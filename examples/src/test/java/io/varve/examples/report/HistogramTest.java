package io.varve.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private static final TimeRange SLICE = range("2019-02-01T00:00:00Z", "2019-03-15T00:00:00Z");

  @Test
  void countsEachEventOnceInsideOrOutsideTheSlice() {
    Histogram histogram =
        Histogram.of(
            LongStream.of(
                    ms("2019-03-15T00:00:00Z"),
                    ms("2019-01-31T23:59:59.999Z"),
                    ms("2019-02-01T00:00:00Z"),
                    ms("2019-03-14T23:59:59.999Z"),
                    ms("2019-12-31T12:00:00Z"))
                .toArray(),
            SLICE);
    assertThat(histogram.unit()).isEqualTo(CalendarUnit.MONTH);
    assertThat(histogram.buckets()).hasSize(12);
    assertThat(histogram.buckets())
        .extracting(Histogram.Bucket::inSlice)
        .startsWith(0L, 1L, 1L)
        .endsWith(0L);
    assertThat(histogram.buckets())
        .extracting(Histogram.Bucket::others)
        .startsWith(1L, 0L, 1L)
        .endsWith(1L);
  }

  @Test
  void picksTheFinestUnitThatStaysReadable() {
    assertThat(unit("1995-01-01T00:00:00Z", "2026-11-20T00:00:00Z"))
        .isEqualTo(CalendarUnit.QUARTER);
    assertThat(unit("2026-11-20T00:00:00Z", "2026-11-20T00:01:00Z")).isEqualTo(CalendarUnit.SECOND);
    assertThat(unit("2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z")).isEqualTo(CalendarUnit.HOUR);
    assertThat(unit("1970-01-01T00:00:00Z", "9970-01-01T00:00:00Z")).isEqualTo(CalendarUnit.DECADE);
  }

  @Test
  void namesABucketByItsUnit() {
    assertThat(CalendarUnit.QUARTER.name(CalendarUnit.QUARTER.start(ms("2019-08-15T10:00:00Z"))))
        .isEqualTo("2019-Q3");
    assertThat(CalendarUnit.DECADE.name(CalendarUnit.DECADE.start(ms("2019-08-15T10:00:00Z"))))
        .isEqualTo("2010s");
  }

  @Test
  void noEventsNoBars() {
    assertThat(Histogram.of(new long[0], SLICE).buckets()).isEmpty();
  }

  private static CalendarUnit unit(String first, String last) {
    return Histogram.of(new long[] {ms(first), ms(last)}, SLICE).unit();
  }

  private static TimeRange range(String start, String end) {
    return new TimeRange(ms(start), ms(end));
  }

  private static long ms(String time) {
    return Instant.parse(time).toEpochMilli();
  }
}
