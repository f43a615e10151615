package io.varve.field;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What an event has to meet to be worth a look. It is necessary, not sufficient: who reads decides
 * by the event itself.
 *
 * <p>Thread: immutable.
 */
public sealed interface Condition extends Serializable {

  /** Every event meets it. */
  record All() implements Condition {}

  /** No event meets it. */
  record None() implements Condition {}

  /**
   * The field's value lies in one of the ranges.
   *
   * @param field its name
   * @param text how to say that to people
   */
  record In(String field, List<KeyRange> ranges, String text) implements Condition {
    @Override
    public String toString() {
      return text;
    }
  }

  /** All of these. */
  record And(List<Condition> conditions) implements Condition {}

  /** One of these at least. */
  record Or(List<Condition> conditions) implements Condition {}

  static Condition all() {
    return new All();
  }

  static Condition none() {
    return new None();
  }

  static Condition in(String field, KeyRange... ranges) {
    return new In(field, List.of(ranges), field + " in " + List.of(ranges));
  }

  static Condition and(Condition... conditions) {
    List<Condition> parts = new ArrayList<>();
    for (Condition each : conditions) {
      if (each instanceof None) {
        return none();
      }
      if (each instanceof And and) {
        parts.addAll(and.conditions);
      } else if (!(each instanceof All)) {
        parts.add(each);
      }
    }
    return parts.isEmpty() ? all() : parts.size() == 1 ? parts.get(0) : new And(List.copyOf(parts));
  }

  static Condition or(Condition... conditions) {
    List<Condition> parts = new ArrayList<>();
    for (Condition each : conditions) {
      if (each instanceof All) {
        return all();
      }
      if (each instanceof Or or) {
        parts.addAll(or.conditions);
      } else if (!(each instanceof None)) {
        parts.add(each);
      }
    }
    return parts.isEmpty() ? none() : parts.size() == 1 ? parts.get(0) : new Or(List.copyOf(parts));
  }

  /** The fields that it speaks of. */
  default Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>();
    collect(this, fields);
    return fields;
  }

  private static void collect(Condition condition, Set<String> fields) {
    if (condition instanceof In in) {
      fields.add(in.field);
    } else if (condition instanceof And and) {
      and.conditions.forEach(each -> collect(each, fields));
    } else if (condition instanceof Or or) {
      or.conditions.forEach(each -> collect(each, fields));
    }
  }
}
