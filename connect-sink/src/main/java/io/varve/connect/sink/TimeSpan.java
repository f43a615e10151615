package io.varve.connect.sink;

import java.time.DateTimeException;
import java.time.Duration;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Lengths of time in settings: ISO-8601, or milliseconds; from 1 ms. */
final class TimeSpan implements ConfigDef.Validator {

  /** The longest: a hundred million days. */
  private static final long MS_MAX = Duration.ofDays(100_000_000).toMillis();

  private static final TimeSpan VALIDATOR = new TimeSpan();

  private TimeSpan() {}

  static ConfigDef.Validator validator() {
    return VALIDATOR;
  }

  /**
   * @param setting its name, for the error
   * @throws ConfigException if {@code text} is no such length
   */
  static long parseMillis(String setting, String text) {
    String trimmed = text.strip();
    try {
      long millis =
          trimmed.matches("[+-]?[0-9]+")
              ? Long.parseLong(trimmed)
              : Duration.parse(trimmed).toMillis();
      if (millis >= 1 && millis <= MS_MAX) {
        return millis;
      }
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      // the one message below says all that there is to say
    }
    throw new ConfigException(setting, text, "expected " + VALIDATOR);
  }

  @Override
  public void ensureValid(String name, @Nullable Object value) {
    if (value != null) {
      parseMillis(name, value.toString());
    }
  }

  @Override
  public String toString() {
    return "milliseconds, or a duration as PT10M or P2D; more than 0, and at most 100,000,000 days";
  }
}
