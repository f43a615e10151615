package io.varve.connect.sink;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Date;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * When a delayed event is due, as records say it; milliseconds since 1970. What is finer is rounded
 * up, so that nothing is due early.
 */
final class DueTime {

  /**
   * The end of the year 9999: who gives micro- or nanoseconds where milliseconds are expected ends
   * behind it.
   */
  static final long MS_MAX = 253_402_300_799_999L;

  private static final String TIME =
      "a time from 1970 to 9999, as milliseconds since 1970 or as 2026-11-20T18:00:00Z, with Z or"
          + " another offset";
  private static final String DURATION =
      "a duration of 0 or more, as milliseconds or as PT1H30M or P2D, that ends before the year"
          + " 10000";

  private DueTime() {}

  /**
   * The time that {@code value} is.
   *
   * @throws DataException if it is none
   */
  static long at(SchemaAndValue value) {
    Long millis = millisAt(value);
    if (millis == null || millis < 0 || millis > MS_MAX) {
      throw PlainValue.mismatch(TIME, value.value());
    }
    return millis;
  }

  /**
   * The time that is {@code value} after {@code timestampMs}.
   *
   * @throws DataException if {@code value} is no duration, or the record has no timestamp
   */
  static long after(SchemaAndValue value, long timestampMs) {
    Long millis = millisAfter(value.value());
    if (millis == null || millis < 0 || millis > MS_MAX - Math.max(0, timestampMs)) {
      throw PlainValue.mismatch(DURATION, value.value());
    }
    if (timestampMs < 0) {
      throw new DataException(
          "expected a record with a timestamp to count "
              + PlainValue.show(value.value())
              + " from, found one without");
    }
    return timestampMs + millis;
  }

  @SuppressWarnings("JavaUtilDate") // the class that Connect has for times
  private static @Nullable Long millisAt(SchemaAndValue found) {
    Object value = found.value();
    if (value instanceof Date date) {
      return isTimestamp(found.schema()) ? (Long) date.getTime() : null;
    }
    Long number = PlainValue.integer(value);
    if (number != null) {
      return number;
    }
    String text = PlainValue.text(value, TIME);
    try {
      return isNumber(text)
          ? (Long) Long.parseLong(text)
          : millis(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      return null; // the one message above says all that there is to say
    }
  }

  private static @Nullable Long millisAfter(Object value) {
    Long number = PlainValue.integer(value);
    if (number != null) {
      return number;
    }
    String text = PlainValue.text(value, DURATION);
    try {
      return isNumber(text) ? (Long) Long.parseLong(text) : millis(Duration.parse(text));
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  private static boolean isTimestamp(@Nullable Schema schema) {
    return schema == null || Timestamp.LOGICAL_NAME.equals(schema.name());
  }

  private static boolean isNumber(String text) {
    int digits = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    return text.length() > digits && text.chars().skip(digits).allMatch(c -> c >= '0' && c <= '9');
  }

  private static long millis(Instant time) {
    long millis = time.toEpochMilli();
    return Instant.ofEpochMilli(millis).isBefore(time) ? millis + 1 : millis;
  }

  private static long millis(Duration duration) {
    return duration.isNegative()
        ? -1
        : millis(Instant.ofEpochSecond(duration.getSeconds(), duration.getNano()));
  }
}
