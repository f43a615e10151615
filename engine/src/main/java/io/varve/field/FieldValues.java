package io.varve.field;

import java.util.ArrayList;
import java.util.List;

/**
 * The values of some fields in one event.
 *
 * <p>Thread: confined to one; filled anew for each event.
 */
public final class FieldValues {

  private final List<String> fields;
  private final List<FieldKey> keys = new ArrayList<>();

  public FieldValues(List<String> fields) {
    this.fields = List.copyOf(fields);
    fields.forEach(field -> keys.add(new FieldKey()));
  }

  /** The value of the field of that number, to look at or to put in. */
  public FieldKey at(int field) {
    return keys.get(field);
  }

  public int count() {
    return keys.size();
  }

  /** Puts in that all are missing. */
  public void clear() {
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).missing();
    }
  }

  /** Puts in that no value can be read. */
  public void unreadable() {
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).unreadable();
    }
  }

  /** Whether an event with these values meets a condition, as far as they tell. */
  public boolean meet(Condition condition) {
    if (condition instanceof Condition.In in) {
      return meet(in);
    }
    if (condition instanceof Condition.And and) {
      List<Condition> parts = and.conditions();
      for (int i = 0; i < parts.size(); i++) {
        if (!meet(parts.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (condition instanceof Condition.Or or) {
      List<Condition> parts = or.conditions();
      for (int i = 0; i < parts.size(); i++) {
        if (meet(parts.get(i))) {
          return true;
        }
      }
      return false;
    }
    return condition instanceof Condition.All;
  }

  private boolean meet(Condition.In in) {
    int field = fields.indexOf(in.field());
    if (field < 0 || !keys.get(field).isReadable()) {
      return true;
    }
    FieldKey key = keys.get(field);
    for (int i = 0; i < in.ranges().size(); i++) {
      if (in.ranges().get(i).holds(key.bytes(), key.length())) {
        return true;
      }
    }
    return false;
  }
}
