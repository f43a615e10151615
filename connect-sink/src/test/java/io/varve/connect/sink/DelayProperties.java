package io.varve.connect.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;

/** Times and durations in every spelling, and what is none. */
final class DelayProperties {

  private static final int MESSAGE_MAX = 400;

  @Property
  void aTimeIsTheSameInEachSpelling(
      @ForAll @LongRange(min = 0, max = DueTime.MS_MAX) long ms,
      @ForAll @IntRange(min = -64800, max = 64800) int offsetSeconds) {
    String iso =
        DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
            Instant.ofEpochMilli(ms).atOffset(ZoneOffset.ofTotalSeconds(offsetSeconds)));
    String digits = Long.toString(ms);

    assertThat(at(ms)).isEqualTo(ms);
    assertThat(at(digits)).isEqualTo(ms);
    assertThat(at(digits.getBytes(UTF_8))).isEqualTo(ms);
    assertThat(at(Instant.ofEpochMilli(ms).toString())).isEqualTo(ms);
    assertThat(at(iso.getBytes(UTF_8))).isEqualTo(ms);
  }

  @Property
  void aDurationEndsNoSoonerThanItSaysAndLessThanAMillisecondLater(
      @ForAll @LongRange(min = 0, max = 100_000_000_000L) long seconds,
      @ForAll @IntRange(min = 0, max = 999_999_999) int nanos,
      @ForAll @LongRange(min = 0, max = 2_000_000_000_000L) long timestampMs) {
    Duration duration = Duration.ofSeconds(seconds, nanos);

    long due = DueTime.after(new SchemaAndValue(null, duration.toString()), timestampMs);

    Duration late = Duration.ofMillis(due - timestampMs).minus(duration);
    assertThat(late).isBetween(Duration.ZERO, Duration.ofNanos(999_999));
  }

  @Property
  void anyTextIsATimeInRangeOrIsRefused(@ForAll("nearlyTimes") String text) {
    try {
      assertThat(at(text)).isBetween(0L, DueTime.MS_MAX);
    } catch (DataException e) {
      assertThat(e.getMessage()).contains("expected", "found").hasSizeLessThan(MESSAGE_MAX);
    }
    try {
      long due = DueTime.after(new SchemaAndValue(null, text), 17);
      assertThat(due).isBetween(17L, DueTime.MS_MAX);
    } catch (DataException e) {
      assertThat(e.getMessage()).contains("expected", "found").hasSizeLessThan(MESSAGE_MAX);
    }
  }

  @Property
  void anyBytesAreATimeInRangeOrAreRefused(@ForAll byte[] bytes) {
    try {
      assertThat(at(bytes)).isBetween(0L, DueTime.MS_MAX);
    } catch (DataException e) {
      assertThat(e.getMessage()).contains("expected", "found").hasSizeLessThan(MESSAGE_MAX);
    }
  }

  @Property
  void anySettingIsAPlaceThatSaysItselfOrIsRefused(@ForAll("nearlyPlaces") String text) {
    try {
      RecordPart part = RecordPart.of("a.setting", text);
      assertThat(part == null ? "" : part.toString()).isEqualTo(text.strip());
    } catch (ConfigException e) {
      assertThat(e.getMessage()).contains("a.setting", "expected header:NAME");
    }
  }

  @Provide
  Arbitrary<String> nearlyTimes() {
    return Arbitraries.oneOf(
        Arbitraries.strings().withChars("0123456789-+TZ:.PDHMS ").ofMaxLength(30),
        Arbitraries.longs().map(String::valueOf),
        Arbitraries.longs().map(each -> "PT" + each + "S"),
        Arbitraries.strings().ofMaxLength(2000));
  }

  @Provide
  Arbitrary<String> nearlyPlaces() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(20),
        Arbitraries.of("header:", "value:", "key", "")
            .flatMap(
                begin ->
                    Arbitraries.strings().withChars("ab. ").ofMaxLength(6).map(begin::concat)));
  }

  private static long at(Object value) {
    return DueTime.at(new SchemaAndValue(null, value));
  }
}
