package io.varve.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A time on the command line as milliseconds since the Unix epoch: ISO-8601, where a date is its
 * midnight and no offset means UTC, or the milliseconds themselves.
 */
final class TimeConverter implements ITypeConverter<Long> {

  @Override
  public Long convert(String text) {
    try {
      return text.matches("[+-]?[0-9]+") ? Long.parseLong(text) : iso(text).toEpochMilli();
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is no time; expected one as 2026-11-20T18:00:00Z, with another offset, as"
              + " 2026-11-20 (UTC), or in milliseconds since 1970");
    }
  }

  private static Instant iso(String text) {
    if (text.indexOf('T') < 0) {
      return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    TemporalAccessor parsed =
        DateTimeFormatter.ISO_DATE_TIME.parseBest(text, Instant::from, LocalDateTime::from);
    return parsed instanceof Instant instant
        ? instant
        : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
  }
}
