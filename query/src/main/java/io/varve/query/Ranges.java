package io.varve.query;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import io.varve.field.KeyRange;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The keys of values that CEL takes to be equal to, less or greater than a constant. */
final class Ranges {

  private Ranges() {}

  /**
   * The ranges of values for which {@code value operator constant} may be true, or, if {@code
   * wanted} is not, for which the opposite operator may be false; null if they can't be told.
   */
  static KeyRange @Nullable [] of(String operator, Object constant, boolean wanted) {
    if (operator.equals("!=")) {
      // Nearly everything that is there.
      return new KeyRange[] {KeyRange.present()};
    }
    KeyRange range =
        switch (operator) {
          case "==" -> equal(constant);
          case "<", "<=" -> atMost(constant);
          default -> atLeast(constant);
        };
    if (range == null) {
      return null;
    }
    // No comparison with NaN is true, so its opposite is false; in keys' order it is behind all
    // others, so that it lies in what is "at least" anyway.
    return !wanted && constant instanceof Number && operator.startsWith("<")
        ? new KeyRange[] {range, KeyRange.equalTo(Double.NaN)}
        : new KeyRange[] {range};
  }

  private static @Nullable KeyRange equal(Object constant) {
    if (constant instanceof Long number) {
      return KeyRange.equalTo(number.longValue());
    }
    if (constant instanceof UnsignedLong number) {
      return KeyRange.equalTo(number.doubleValue());
    }
    if (constant instanceof Double number) {
      return KeyRange.equalTo(number.doubleValue());
    }
    if (constant instanceof String text) {
      return KeyRange.equalTo(text);
    }
    if (constant instanceof Boolean bool) {
      return KeyRange.equalTo(bool.booleanValue());
    }
    if (constant instanceof CelByteString bytes) {
      return KeyRange.equalTo(bytes.toByteArray());
    }
    if (constant instanceof Instant time) {
      return KeyRange.equalToTime(time.getEpochSecond(), time.getNano());
    }
    return constant instanceof NullValue ? KeyRange.nothing() : null;
  }

  private static @Nullable KeyRange atMost(Object constant) {
    if (constant instanceof Long number) {
      return KeyRange.atMost(number.longValue());
    }
    if (constant instanceof UnsignedLong number) {
      return KeyRange.atMost(number.doubleValue());
    }
    if (constant instanceof Double number) {
      return Double.isNaN(number) ? KeyRange.numbers() : KeyRange.atMost(number.doubleValue());
    }
    if (constant instanceof String text) {
      return KeyRange.atMost(text);
    }
    if (constant instanceof Instant time) {
      return KeyRange.atMostTime(time.getEpochSecond(), time.getNano());
    }
    return wholeType(constant);
  }

  private static @Nullable KeyRange atLeast(Object constant) {
    if (constant instanceof Long number) {
      return KeyRange.atLeast(number.longValue());
    }
    if (constant instanceof UnsignedLong number) {
      return KeyRange.atLeast(number.doubleValue());
    }
    if (constant instanceof Double number) {
      return Double.isNaN(number) ? KeyRange.numbers() : KeyRange.atLeast(number.doubleValue());
    }
    if (constant instanceof String text) {
      return KeyRange.atLeast(text);
    }
    if (constant instanceof Instant time) {
      return KeyRange.atLeastTime(time.getEpochSecond(), time.getNano());
    }
    return wholeType(constant);
  }

  /** Of types with few values, or whose order is not relied on: all of the type. */
  private static @Nullable KeyRange wholeType(Object constant) {
    if (constant instanceof Boolean) {
      return KeyRange.booleans();
    }
    return constant instanceof CelByteString ? KeyRange.byteStrings() : null;
  }
}
