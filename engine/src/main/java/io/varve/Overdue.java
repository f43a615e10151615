package io.varve;

import io.varve.base.BadSettingException;
import io.varve.format.Release;
import java.time.Duration;
import java.time.format.DateTimeParseException;

/**
 * What becomes of events that fell due while no scheduler ran: they are released if they are not
 * later than this.
 *
 * @param lateMsMax milliseconds, from 0
 */
public record Overdue(long lateMsMax) {

  /** All are released, in the order of their due times. */
  public static final Overdue FIRE = new Overdue(Long.MAX_VALUE);

  /** None is released. */
  public static final Overdue DROP = new Overdue(0);

  private static final String WITHIN = "fire-within:";

  /**
   * Reads {@code fire}, {@code drop}, or {@code fire-within:} and a duration in milliseconds or as
   * ISO-8601 has it, such as {@code fire-within:PT1H}.
   */
  public static Overdue parse(String text) {
    if (text.equals("fire")) {
      return FIRE;
    } else if (text.equals("drop")) {
      return DROP;
    } else if (text.startsWith(WITHIN)) {
      long ms = ms(text.substring(WITHIN.length()));
      if (ms >= 0) {
        return new Overdue(ms);
      }
    }
    throw new BadSettingException(
        "overdue",
        text,
        "'fire', 'drop' or 'fire-within:' and a duration, in milliseconds or such as PT1H");
  }

  private static long ms(String duration) {
    try {
      return duration.matches("\\d{1,18}")
          ? Long.parseLong(duration)
          : Duration.parse(duration).toMillis();
    } catch (DateTimeParseException | ArithmeticException e) {
      return -1;
    }
  }

  boolean drops(long dueMs, long openedMs, long nowMs) {
    return dueMs < openedMs && Release.lateMs(dueMs, nowMs) > lateMsMax;
  }

  @Override
  public String toString() {
    return equals(FIRE) ? "fire" : equals(DROP) ? "drop" : WITHIN + Duration.ofMillis(lateMsMax);
  }
}
