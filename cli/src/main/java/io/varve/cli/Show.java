package io.varve.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Numbers as people read them. */
final class Show {

  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Show() {}

  /** With spaces between thousands. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count).replace(',', ' ');
  }

  /** In the unit that leaves one to four digits before the point. */
  static String bytes(double bytes) {
    double shown = bytes;
    int unit = 0;
    while (Math.abs(shown) >= 1024 && unit < UNITS.length - 1) {
      shown /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", shown, UNITS[unit]);
  }

  /** In ISO-8601, or the number of milliseconds if that has no such form. */
  static String time(long epochMs) {
    try {
      return Instant.ofEpochMilli(epochMs).toString();
    } catch (DateTimeException e) {
      return epochMs + " ms";
    }
  }

  /** As minutes and seconds, or hours and minutes. */
  static String duration(Duration duration) {
    Duration whole = duration.truncatedTo(ChronoUnit.SECONDS);
    return whole.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %02d min", whole.toHours(), whole.toMinutesPart())
        : String.format(Locale.ROOT, "%d:%02d", whole.toMinutes(), whole.toSecondsPart());
  }
}
