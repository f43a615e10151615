package io.varve.flink.source.table;

import io.varve.field.KeyRange;
import io.varve.flink.source.table.FieldConditions.Comparison;
import io.varve.flink.source.table.FieldConditions.Field;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/**
 * Which values of a field, as they are stored, may compare with a constant as a query wants it of
 * the column that they become. A column may be read from fields of several types, and is rounded or
 * written as text in some: the ranges hold all that could be meant, and a little more.
 *
 * <p>Thread: safe; holds nothing.
 */
final class FieldRanges {

  /** Comparing times, so much is taken beyond a bound: columns have milliseconds, or more. */
  private static final long TIME_SLACK_MS = 1;

  private static final int TIME_DIGITS_MIN = 3;

  private FieldRanges() {}

  /** Fields that are null, or missing. */
  static List<KeyRange> nulls() {
    return List.of(KeyRange.missing(), KeyRange.nothing());
  }

  /** Fields that are there and not null: without one, no comparison is true or false. */
  static List<KeyRange> something() {
    return List.of(KeyRange.something());
  }

  static List<KeyRange> equalTo(Field field, boolean value) {
    return field.type().is(LogicalTypeRoot.BOOLEAN)
        ? List.of(KeyRange.equalTo(value))
        : something();
  }

  /** Stored values of which {@code comparison} with {@code constant} may be true. */
  static List<KeyRange> of(Field field, Comparison comparison, Object constant) {
    if (comparison == Comparison.NOT_EQUAL) {
      // Nearly everything that is there; of what is rounded, the same value too.
      return constant instanceof Boolean bool ? equalTo(field, !bool) : something();
    }
    LogicalType type = field.type();
    List<KeyRange> ranges = null;
    if (type.is(LogicalTypeRoot.BOOLEAN)) {
      ranges =
          comparison == Comparison.EQUAL && constant instanceof Boolean bool
              ? List.of(KeyRange.equalTo(bool.booleanValue()))
              : null;
    } else if (type.is(LogicalTypeFamily.NUMERIC)) {
      ranges = numbers(field, comparison, constant);
    } else if (type.is(LogicalTypeFamily.CHARACTER_STRING)) {
      ranges = constant instanceof String text ? texts(comparison, text) : null;
    } else {
      ranges = times(type, comparison, constant);
    }
    return ranges == null ? something() : ranges;
  }

  /**
   * Whether a cast leaves values as they are, but for as much as comparisons allow for anyway.
   *
   * @param from a column's type
   */
  static boolean keepsValue(LogicalType from, LogicalType to) {
    if (from.is(LogicalTypeFamily.INTEGER_NUMERIC)) {
      return to.is(LogicalTypeFamily.APPROXIMATE_NUMERIC)
          || to.is(LogicalTypeRoot.DECIMAL)
          || (to.is(LogicalTypeFamily.INTEGER_NUMERIC) && width(to) >= width(from));
    }
    if (from.is(LogicalTypeFamily.NUMERIC)) {
      boolean finer =
          !(from instanceof DecimalType decimal)
              || (to instanceof DecimalType wider && wider.getScale() >= decimal.getScale());
      return to.is(LogicalTypeRoot.DOUBLE) || (to.is(from.getTypeRoot()) && finer);
    }
    if (from.is(LogicalTypeFamily.CHARACTER_STRING)) {
      return to.is(LogicalTypeRoot.VARCHAR)
          && LogicalTypeChecks.getLength(to) >= LogicalTypeChecks.getLength(from);
    }
    if (from.is(LogicalTypeFamily.TIMESTAMP)) {
      return to.is(from.getTypeRoot()) && LogicalTypeChecks.getPrecision(to) >= TIME_DIGITS_MIN;
    }
    return to.is(from.getTypeRoot());
  }

  private static int width(LogicalType integer) {
    return switch (integer.getTypeRoot()) {
      case TINYINT -> 1;
      case SMALLINT -> 2;
      case INTEGER -> 4;
      default -> 8;
    };
  }

  private static @Nullable List<KeyRange> numbers(
      Field field, Comparison comparison, Object constant) {
    if (!(constant instanceof Number number)) {
      return null;
    }
    double low = number.doubleValue();
    double high = low;
    if (!Double.isFinite(low)) {
      return null;
    }
    if (field.type() instanceof DecimalType decimal) {
      // The column is rounded to its scale, and the index has the nearest doubles.
      BigDecimal exact = number instanceof BigDecimal big ? big : new BigDecimal(low);
      BigDecimal step = BigDecimal.ONE.movePointLeft(decimal.getScale());
      low = exact.subtract(step).doubleValue();
      high = exact.add(step).doubleValue();
    } else if (field.type().is(LogicalTypeRoot.FLOAT)
        || field.compared().is(LogicalTypeRoot.FLOAT)) {
      low = Math.nextDown(Math.nextDown((float) low));
      high = Math.nextUp(Math.nextUp((float) high));
    }
    low = Math.nextDown(Math.nextDown(low));
    high = Math.nextUp(Math.nextUp(high));
    List<KeyRange> ranges = new ArrayList<>();
    ranges.add(range(comparison, KeyRange.atLeast(low), KeyRange.atMost(high)));
    if (comparison.downwards() && field.type().is(LogicalTypeFamily.APPROXIMATE_NUMERIC)) {
      // A NaN lies above all numbers, and no comparison with it is true. A planner takes NOT x > y
      // for x <= y all the same, and one or the other for what is always true.
      ranges.add(KeyRange.equalTo(Double.NaN));
    }
    if (field.type().is(LogicalTypeFamily.INTEGER_NUMERIC)) {
      // A date or a time can be read as the number that it is stored as.
      ranges.add(KeyRange.times());
    }
    return ranges;
  }

  private static KeyRange range(Comparison comparison, KeyRange atLeast, KeyRange atMost) {
    if (comparison == Comparison.EQUAL) {
      return new KeyRange(atLeast.from(), atMost.to());
    }
    return comparison.downwards() ? atMost : atLeast;
  }

  private static List<KeyRange> texts(Comparison comparison, String text) {
    if (comparison == Comparison.EQUAL) {
      return orNoText(isUnicode(text) ? KeyRange.equalTo(text) : KeyRange.texts());
    }
    // Damaged UTF-8 is ordered as it is by Flink, and as its replacement by an index; both are
    // beyond ASCII.
    boolean ascii = text.chars().allMatch(c -> c < 0x80);
    if (!ascii) {
      return orNoText(KeyRange.texts());
    }
    return orNoText(comparison.downwards() ? KeyRange.atMost(text) : KeyRange.atLeast(text));
  }

  private static boolean isUnicode(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /**
   * What a pattern of {@code LIKE} without an escape begins with, before anything that has a
   * meaning there. A backslash has none for Flink, and one for other systems: what comes before it
   * is sure.
   */
  static List<KeyRange> like(Field field, String pattern) {
    int end = 0;
    while (end < pattern.length() && "%_\\".indexOf(pattern.charAt(end)) < 0) {
      end++;
    }
    String beginning = pattern.substring(0, end);
    return field.type().is(LogicalTypeFamily.CHARACTER_STRING) && end > 0 && isUnicode(beginning)
        ? orNoText(KeyRange.beginningWith(beginning))
        : something();
  }

  /** A value without a schema is JSON in a column of texts, whatever it is. */
  private static List<KeyRange> orNoText(KeyRange texts) {
    return List.of(
        texts,
        KeyRange.booleans(),
        KeyRange.numbers(),
        KeyRange.byteStrings(),
        KeyRange.times(),
        KeyRange.others());
  }

  private static @Nullable List<KeyRange> times(
      LogicalType type, Comparison comparison, Object constant) {
    Instant time =
        switch (type.getTypeRoot()) {
          case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
              constant instanceof Instant instant ? instant : null;
          case TIMESTAMP_WITHOUT_TIME_ZONE ->
              constant instanceof LocalDateTime local ? local.toInstant(ZoneOffset.UTC) : null;
          case DATE ->
              constant instanceof LocalDate date
                  ? date.atStartOfDay().toInstant(ZoneOffset.UTC)
                  : null;
          default -> null;
        };
    if (time == null) {
      return null;
    }
    Instant low = time.minusMillis(TIME_SLACK_MS);
    Instant high = time.plusMillis(TIME_SLACK_MS);
    KeyRange range =
        range(
            comparison,
            KeyRange.atLeastTime(low.getEpochSecond(), low.getNano()),
            KeyRange.atMostTime(high.getEpochSecond(), high.getNano()));
    // A plain number can be read as a date or as milliseconds.
    return List.of(range, KeyRange.numbers());
  }
}
