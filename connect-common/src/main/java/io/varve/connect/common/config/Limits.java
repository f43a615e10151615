package io.varve.connect.common.config;

import java.util.Locale;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that a setting may have, in bytes, milliseconds or plain, with messages that people
 * can read.
 */
public final class Limits implements ConfigDef.Validator {
  private enum Unit {
    NONE,
    BYTES,
    MILLIS
  }

  private static final String[] BINARY_UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private final Unit unit;
  private final long min;
  private final long max;

  /** What -1 means, or null if it isn't allowed. */
  private final @Nullable String minusOne;

  private Limits(Unit unit, long min, long max, @Nullable String minusOne) {
    this.unit = unit;
    this.min = min;
    this.max = max;
    this.minusOne = minusOne;
  }

  /** From {@code min} to {@code max} bytes, both inclusive. */
  public static Limits bytes(long min, long max) {
    return new Limits(Unit.BYTES, min, max, null);
  }

  /** From {@code min} to {@code max} milliseconds, both inclusive. */
  public static Limits millis(long min, long max) {
    return new Limits(Unit.MILLIS, min, max, null);
  }

  /** From {@code min} to {@code max}, both inclusive. */
  public static Limits plain(long min, long max) {
    return new Limits(Unit.NONE, min, max, null);
  }

  /** The same limits, or -1, which means {@code meaning}. */
  public Limits orMinusOne(String meaning) {
    return new Limits(unit, min, max, meaning);
  }

  @Override
  public void ensureValid(String name, @Nullable Object value) {
    if (!(value instanceof Number number)) {
      return; // a missing setting is reported as such
    }
    long found = number.longValue();
    boolean unlimited = minusOne != null && found == -1;
    if (!unlimited && (found < min || found > max)) {
      throw new ConfigException(name, value, "expected " + this);
    }
  }

  /** A value as people read it: {@code 1073741824 (1 GiB)}. */
  String describe(long value) {
    if (minusOne != null && value == -1) {
      return "-1 (" + minusOne + ")";
    }
    String rounded =
        switch (unit) {
          case NONE -> "";
          case BYTES -> inBinaryUnits(value);
          case MILLIS -> inTimeUnits(value);
        };
    return rounded.isEmpty() ? Long.toString(value) : value + " (" + rounded + ")";
  }

  private static String inBinaryUnits(long bytes) {
    String name = "";
    long rest = bytes;
    for (int i = 0; rest != 0 && rest % 1024 == 0 && i < BINARY_UNITS.length; i++) {
      rest /= 1024;
      name = BINARY_UNITS[i];
    }
    return name.isEmpty() ? "" : String.format(Locale.ROOT, "%d %s", rest, name);
  }

  private static String inTimeUnits(long millis) {
    if (millis == 0 || millis % 1000 != 0) {
      return "";
    }
    long seconds = millis / 1000;
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + " d";
    }
    if (seconds % 3600 == 0) {
      return seconds / 3600 + " h";
    }
    return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }

  @Override
  public String toString() {
    String range =
        max == Long.MAX_VALUE ? describe(min) + " or more" : describe(min) + " to " + describe(max);
    String what =
        switch (unit) {
          case NONE -> "";
          case BYTES -> "bytes: ";
          case MILLIS -> "milliseconds: ";
        };
    return what + range + (minusOne == null ? "" : ", or " + describe(-1));
  }
}
