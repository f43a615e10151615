package io.varve.examples.report;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Parts of the calendar that events are counted by, in UTC. */
public enum CalendarUnit {
  SECOND("second", ChronoUnit.SECONDS, 1, "yyyy-MM-dd HH:mm:ss"),
  MINUTE("minute", ChronoUnit.MINUTES, 1, "yyyy-MM-dd HH:mm"),
  HOUR("hour", ChronoUnit.HOURS, 1, "yyyy-MM-dd HH:00"),
  DAY("day", ChronoUnit.DAYS, 1, "yyyy-MM-dd"),
  MONTH("month", ChronoUnit.MONTHS, 1, "yyyy-MM"),
  QUARTER("quarter", ChronoUnit.MONTHS, 3, "yyyy-'Q'q"),
  YEAR("year", ChronoUnit.YEARS, 1, "yyyy"),
  DECADE("decade", ChronoUnit.YEARS, 10, "yyyy's'");

  private final String word;
  private final ChronoUnit unit;
  private final int count;
  private final DateTimeFormatter format;

  CalendarUnit(String word, ChronoUnit unit, int count, String format) {
    this.word = word;
    this.unit = unit;
    this.count = count;
    this.format = DateTimeFormatter.ofPattern(format, Locale.ROOT);
  }

  /** The finest unit of which at most {@code bucketsMax} cover the time; else the coarsest. */
  static CalendarUnit covering(long fromMs, long toMs, int bucketsMax) {
    for (CalendarUnit unit : values()) {
      if (unit.unit.between(unit.start(fromMs), unit.start(toMs)) / unit.count < bucketsMax) {
        return unit;
      }
    }
    return DECADE;
  }

  /** The start of the unit that {@code ms} falls into. */
  OffsetDateTime start(long ms) {
    OffsetDateTime time = Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    if (unit == ChronoUnit.MONTHS || unit == ChronoUnit.YEARS) {
      int month = unit == ChronoUnit.YEARS ? 1 : (time.getMonthValue() - 1) / count * count + 1;
      int year = unit == ChronoUnit.YEARS ? time.getYear() / count * count : time.getYear();
      return LocalDate.of(year, month, 1).atStartOfDay().atOffset(ZoneOffset.UTC);
    }
    return time.truncatedTo(unit);
  }

  OffsetDateTime next(OffsetDateTime start) {
    return start.plus(count, unit);
  }

  /** The unit of which {@code start} is the beginning, as 2019-Q3. */
  String name(OffsetDateTime start) {
    return format.format(start);
  }

  /** The next coarser unit whose starts are also starts of this one. */
  CalendarUnit outer() {
    return switch (this) {
      case SECOND -> MINUTE;
      case MINUTE -> HOUR;
      case HOUR -> DAY;
      case DAY -> MONTH;
      case MONTH, QUARTER -> YEAR;
      case YEAR, DECADE -> DECADE;
    };
  }

  @Override
  public String toString() {
    return word;
  }
}
