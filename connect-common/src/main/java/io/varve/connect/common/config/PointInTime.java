package io.varve.connect.common.config;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Times in settings: ISO-8601, or milliseconds since the Unix epoch. */
public final class PointInTime implements ConfigDef.Validator {
  /**
   * Also a week away from what a long of milliseconds can hold, so that nothing overflows later.
   */
  private static final long LIMIT_MILLIS = Long.MAX_VALUE / 2;

  private static final PointInTime VALIDATOR = new PointInTime();

  private PointInTime() {}

  /** Checks that a setting, if given, is such a time. */
  public static ConfigDef.Validator validator() {
    return VALIDATOR;
  }

  /**
   * Milliseconds since the Unix epoch. A date is its midnight; without an offset it's UTC, as in
   * Kafka's own tools.
   *
   * @param setting its name, for the error
   * @throws ConfigException if {@code text} is no such time
   */
  public static long parseMillis(String setting, String text) {
    String trimmed = text.trim();
    try {
      long millis =
          trimmed.matches("[+-]?[0-9]+")
              ? Long.parseLong(trimmed)
              : parseIso(trimmed).toEpochMilli();
      if (Math.abs(millis) <= LIMIT_MILLIS) {
        return millis;
      }
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      // the one message below says all that there is to say
    }
    throw new ConfigException(setting, text, "expected " + VALIDATOR);
  }

  private static Instant parseIso(String text) {
    TemporalAccessor parsed =
        text.indexOf('T') < 0 && text.indexOf('t') < 0
            ? LocalDate.parse(text)
            : DateTimeFormatter.ISO_DATE_TIME.parseBest(text, Instant::from, LocalDateTime::from);
    if (parsed instanceof LocalDate date) {
      return date.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    return parsed instanceof Instant instant
        ? instant
        : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
  }

  @Override
  public void ensureValid(String name, @Nullable Object value) {
    if (value != null) {
      parseMillis(name, value.toString());
    }
  }

  @Override
  public String toString() {
    return "a time as 2026-11-20T18:00:00Z, with another offset, as 2026-11-20 (UTC), or in"
        + " milliseconds since 1970";
  }
}
