package io.varve.connect.source.offset;

import java.util.Map;

/** Reads whole numbers from maps that came through JSON, as Integer or as Long. */
final class Numbers {

  private Numbers() {}

  /** The number under {@code name}; IllegalArgumentException if it isn't within the bounds. */
  static long read(Map<String, ?> map, String name, long min, long max) {
    Object value = map.get(name);
    if (value instanceof Integer || value instanceof Long) {
      long number = ((Number) value).longValue();
      if (number >= min && number <= max) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        "expected a whole number from "
            + min
            + " under '"
            + name
            + "', found "
            + (value instanceof String ? "\"" + value + "\"" : value)
            + " in "
            + map);
  }
}
