package io.varve.examples.input;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads a moment as people and programs write it. */
public final class TimeText {
  private static final Pattern EPOCH_MS = Pattern.compile("-?\\d{1,18}");

  private TimeText() {}

  /**
   * Milliseconds since 1970 of epoch milliseconds ({@code 1546300800000}) or ISO-8601: with an
   * offset ({@code 2019-01-01T10:00:00+01:00}, {@code …Z}), without one (taken as UTC), or a date
   * alone (its first moment in UTC).
   *
   * @throws InputException if it is none of these, or before 1970, which Kafka cannot carry
   */
  public static long parseMs(String text) {
    String trimmed = text.strip();
    long ms = EPOCH_MS.matcher(trimmed).matches() ? Long.parseLong(trimmed) : parseIso(trimmed);
    if (ms < 0) {
      throw new InputException(
          "\"%s\" is before 1970; Kafka timestamps start there".formatted(text));
    }
    return ms;
  }

  private static long parseIso(String text) {
    try {
      // The shape decides, so that an error in one form is not hidden by trying the next.
      Function<String, Instant> form;
      if (!text.contains("T") && !text.contains(" ")) {
        form = t -> LocalDate.parse(t).atStartOfDay(ZoneOffset.UTC).toInstant();
      } else if (text.matches(".*(Z|z|[+-]\\d\\d(:?\\d\\d)?)$") && text.indexOf(':') > 0) {
        form = t -> OffsetDateTime.parse(t).toInstant();
      } else {
        form = t -> LocalDateTime.parse(t).toInstant(ZoneOffset.UTC);
      }
      return form.apply(text.replace(' ', 'T')).toEpochMilli();
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new InputException(
          "\"%s\" is not a time; expected ISO-8601, as 2019-01-01T10:00:00Z or 2019-01-01,"
                  .formatted(text)
              + " or epoch milliseconds, as 1546336800000",
          e);
    }
  }
}
