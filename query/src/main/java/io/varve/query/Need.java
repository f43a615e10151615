package io.varve.query;

import io.varve.ReadRange;
import io.varve.field.Condition;

/**
 * What an event has to meet so that an expression may be true of it: a condition on its fields, and
 * ranges of its offset and its timestamp, without their ends.
 *
 * <p>Thread: immutable.
 */
record Need(Condition fields, long fromOffset, long toOffset, long fromTimeMs, long toTimeMs) {

  static final Need ALL = of(Condition.all());
  static final Need NONE = of(Condition.none());

  static Need of(Condition fields) {
    return new Need(fields, 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  static Need of(boolean met) {
    return met ? ALL : NONE;
  }

  static Need offsets(long from, long to) {
    return new Need(Condition.all(), Math.max(0, from), to, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  static Need times(long fromMs, long toMs) {
    return new Need(Condition.all(), 0, Long.MAX_VALUE, fromMs, toMs);
  }

  boolean isNever() {
    return fields instanceof Condition.None || fromOffset >= toOffset || fromTimeMs >= toTimeMs;
  }

  Need and(Need other) {
    return new Need(
        Condition.and(fields, other.fields),
        Math.max(fromOffset, other.fromOffset),
        Math.min(toOffset, other.toOffset),
        Math.max(fromTimeMs, other.fromTimeMs),
        Math.min(toTimeMs, other.toTimeMs));
  }

  /** What either needs: its fields, and ranges that hold both. */
  Need or(Need other) {
    if (isNever()) {
      return other;
    }
    if (other.isNever()) {
      return this;
    }
    return new Need(
        Condition.or(fields, other.fields),
        Math.min(fromOffset, other.fromOffset),
        Math.max(toOffset, other.toOffset),
        Math.min(fromTimeMs, other.fromTimeMs),
        Math.max(toTimeMs, other.toTimeMs));
  }

  /** What of a range is left. */
  ReadRange within(ReadRange range) {
    long from = Math.max(range.fromOffset(), fromOffset);
    long fromTime = Math.max(range.fromTimeMs(), fromTimeMs);
    return new ReadRange(
        from,
        isNever() ? from : Math.max(from, Math.min(range.toOffset(), toOffset)),
        fromTime,
        Math.max(fromTime, Math.min(range.toTimeMs(), toTimeMs)));
  }
}
